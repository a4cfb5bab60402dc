import type { RunOutput } from "../../agent/at-work.ts";
import { visible } from "../../system/text.ts";
import type { Json, JsonObject } from "../../contract/common.ts";

// What an agent did, as lines for people. All of it was written inside a container: control characters become visible, and the length
// of everything but the agent's own words is bounded.

/** Characters of one text at most. */
const maxText = 256 * 1024;
/** Characters of a line about a tool. */
const maxLine = 200;
/** Lines of a prompt that are shown. */
const maxPromptLines = 40;
/** Lines of a tool's result that are shown. */
const resultLines = 3;

/** One entry of a transcript. */
export type TranscriptOutput = RunOutput;

/** Lines without line ends, without escape sequences. Of a subagent they are indented. Empty if there is nothing to show. */
export function renderOutput(output: RunOutput): string[] {
  const lines = linesOf(output);
  return "subagent" in output && output.subagent !== undefined ? lines.map((line) => `  │ ${line}`) : lines;
}

function linesOf(output: RunOutput): string[] {
  switch (output.kind) {
    case "prompt":
      return promptLines(output.text);
    case "text":
      return textLines(output.text);
    case "tool":
      return [`● ${oneLine([output.name, telling(output.input)].join("  "))}`];
    case "tool-result":
      return resultOf(output.text, output.failed);
    case "denied":
      return [`  ✗ ${oneLine(`denied: ${[output.tool, output.message].filter(Boolean).join(": ")}`)}`];
    case "retry": {
      const seconds = Math.round(output.delayMs / 1000);
      return [`… ${oneLine(`tries again in ${seconds} s (attempt ${output.attempt}): ${output.detail}`)}`];
    }
    case "limit": {
      if (!output.rejected) return [];
      const until = output.until === undefined ? "" : ` until ${timeOf(output.until)}`;
      return [`… ${oneLine(`usage limit reached${until} (${output.detail})`)}`];
    }
    case "background":
      return output.running === 0 ? [] : [`… ${output.running} running in the background`];
    case "started":
    case "interrupted":
      return [];
    case "result": {
      const why = output.detail === undefined ? "" : `: ${output.detail}`;
      const cost = output.cost === 0 ? "" : `, $${output.cost.toFixed(2)} at list prices`;
      const turns = `${output.turns} ${output.turns === 1 ? "turn" : "turns"}`;
      return [`── ${oneLine(`${output.outcome}${why}`)} (${turns}${cost})`];
    }
    default:
      return output satisfies never;
  }
}

/** A task can be a long file; the agent's answer to it is what is read. */
function promptLines(text: string): string[] {
  const lines = textLines(text);
  const more = lines.length - maxPromptLines;
  const shown = lines.slice(0, maxPromptLines).map((line, index) => `${index === 0 ? ">" : " "} ${line}`);
  return more <= 0 ? shown : [...shown, `  … (${more} more ${more === 1 ? "line" : "lines"})`];
}

function textLines(text: string): string[] {
  const cut = text.length > maxText ? `${text.slice(0, maxText)}\n… (${text.length - maxText} more characters)` : text;
  const lines = visible(cut.replaceAll(/\r\n?/g, "\n"))
    .split("\n")
    .map((line) => line.trimEnd());
  while (lines.at(-1) === "") lines.pop();
  while (lines[0] === "") lines.shift();
  return lines;
}

/** The first lines of a tool's result. */
function resultOf(text: string, failed: boolean): string[] {
  if (text.trim() === "") return failed ? ["  ✗ failed"] : [];
  const lines = textLines(text.slice(0, resultLines * 4096));
  const shown = lines.slice(0, resultLines).map((line) => cutLine(line));
  const more = countLines(text) - shown.length;
  const rest = more > 0 ? [`    … (${more} more ${more === 1 ? "line" : "lines"})`] : [];
  return [...shown.map((line, index) => `${index > 0 ? "   " : failed ? "  ✗" : "  ⎿"} ${line}`), ...rest];
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < text.length - 1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/** The inputs that say most about a call, in the order of preference; their names are common to agents. */
const tellingInputs = [
  "command",
  "file_path",
  "notebook_path",
  "path",
  "pattern",
  "url",
  "query",
  "description",
  "prompt",
];

/** What of a tool's input says most about the call. */
export function telling(input: JsonObject): string {
  const text = tellingInputs.map((name) => input[name]).find((value) => typeof value === "string" && value !== "");
  if (typeof text === "string") return text;
  const pairs = Object.entries(input)
    .slice(0, 5)
    .map(([name, value]) => `${name.slice(0, 50)}=${shortJson(value)}`);
  return pairs.join(" ");
}

function shortJson(value: Json): string {
  if (typeof value === "string") return value.slice(0, 100);
  if (Array.isArray(value)) return `[${value.length}]`;
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}

/** The first line of a text, and how many more there are. */
export function oneLine(text: string): string {
  const [first = "", ...more] = textLines(text.slice(0, 16 * 1024));
  const rest = more.length === 0 ? "" : ` … (${more.length} more ${more.length === 1 ? "line" : "lines"})`;
  return cutLine(first) + rest;
}

function cutLine(line: string): string {
  return line.length <= maxLine ? line : `${line.slice(0, maxLine - 1).toWellFormed()}…`;
}

/** `15:22 UTC` of a time in ms, on the host, whose time zone the reader may not have. */
function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "?" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
