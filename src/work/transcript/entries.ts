import { visible } from "../../system/text.ts";
import type { Json, JsonObject } from "../../contract/common.ts";
import type { TranscriptEntry } from "../../contract/work/transcript.ts";
import { oneLine, telling, type TranscriptOutput } from "./render.ts";

// What an agent did, as data for pages and programs. All of it was written inside a container: every text is bounded, and control
// characters in it are visible.

/** Characters of a prompt or an answer, at most. */
const maxText = 64 * 1024;
/** Characters of a tool's result, and of one text in its input. */
const maxPart = 4_000;
const maxEntries = 50;
const maxDepth = 6;

/** Undefined for what no one needs to read. */
export function entryOf(output: TranscriptOutput, at: string | undefined): TranscriptEntry | undefined {
  const when = at === undefined ? {} : { at };
  const whose = "subagent" in output && output.subagent !== undefined ? { subagent: true } : {};
  switch (output.kind) {
    case "prompt":
      return { kind: "prompt", ...when, text: bounded(output.text, maxText) };
    case "text":
      return { kind: "text", ...when, ...whose, text: bounded(output.text, maxText) };
    case "tool": {
      const { id, name, input } = output;
      const summary = oneLine(telling(input));
      return { kind: "tool", ...when, ...whose, id: short(id), name: short(name), summary, input: boundedInput(input) };
    }
    case "tool-result": {
      const { id, failed, text } = output;
      const more = Math.max(0, text.length - maxPart);
      const shown = visible(text.slice(0, maxPart).toWellFormed());
      return { kind: "tool-result", ...when, ...whose, id: short(id), failed, text: shown, more };
    }
    case "denied":
      return { kind: "denied", ...when, tool: short(output.tool), message: bounded(output.message, maxPart) };
    case "retry": {
      const seconds = Math.round(output.delayMs / 1000);
      return note(when, `tries again in ${seconds} s (attempt ${output.attempt}): ${oneLine(output.detail)}`);
    }
    case "limit":
      return output.rejected ? note(when, `usage limit reached (${oneLine(output.detail)})`) : undefined;
    case "background":
      return output.running === 0 ? undefined : note(when, `${output.running} running in the background`);
    case "started":
    case "interrupted":
      return undefined;
    case "result": {
      const { outcome, detail, cost, turns, tokens } = output;
      const why = detail === undefined ? {} : { detail: bounded(detail, maxPart) };
      return { kind: "result", ...when, outcome, ...why, cost, turns, tokens };
    }
    default:
      return output satisfies never;
  }
}

export function note(when: { at?: string }, text: string): TranscriptEntry {
  return { kind: "note", ...when, text };
}

function bounded(text: string, most: number): string {
  const cut =
    text.length > most ? `${text.slice(0, most).toWellFormed()}\n… (${text.length - most} more characters)` : text;
  return visible(cut.replaceAll(/\r\n?/g, "\n"));
}

function short(text: string): string {
  return visible(text.slice(0, 200).toWellFormed());
}

function boundedInput(input: JsonObject): JsonObject {
  const value = boundedJson(input, 0);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function boundedJson(value: Json, depth: number): Json {
  if (typeof value === "string") return bounded(value, maxPart);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "…";
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((one) => boundedJson(one, depth + 1));
  const fields = Object.entries(value).slice(0, maxEntries);
  return Object.fromEntries(fields.map(([key, one]) => [short(key), boundedJson(one, depth + 1)]));
}
