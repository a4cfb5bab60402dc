import type { JsonObject } from "../../contract/common.ts";
import { plain } from "../../system/text.ts";

// Everything here was written inside a container.

/** Longest line that a state or an event holds. */
const maxLine = 200;
/** Longest id or name. */
const maxName = 100;

/** The input of a tool that says most about what it does, in the order of preference. */
const tellingInputs = [
  "command",
  "file_path",
  "notebook_path",
  "pattern",
  "url",
  "query",
  "skill",
  "description",
  "prompt",
];

/** One line about a tool call: `Bash: make test`; a question's or a plan's first line. */
export function describeTool({ tool_name: name, tool_input: input }: JsonObject): string | undefined {
  const tool = text(name);
  if (typeof input !== "object" || input === null || Array.isArray(input)) return tool;
  const [question] = Array.isArray(input.questions) ? input.questions : [];
  const asked =
    typeof question === "object" && question !== null && !Array.isArray(question) ? question.question : undefined;
  const own = line(asked) ?? line(typeof input.plan === "string" ? input.plan.replace(/^[#\s]+/, "") : undefined);
  if (own !== undefined) return own;
  const telling = tellingInputs.map((key) => line(input[key])).find((value) => value !== undefined);
  return tool === undefined || telling === undefined ? (tool ?? telling) : cut(`${tool}: ${telling}`, maxLine);
}

/** The first line of a text that is not empty, safe for a terminal, cut. */
export function line(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const first = value
    .slice(0, 16 * 1024)
    .split("\n")
    .map(plain)
    .find((one) => one !== "");
  return first === undefined ? undefined : cut(first, maxLine);
}

/** An id or a name; undefined if it is none. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= maxName && plain(value) === value
    ? value
    : undefined;
}

function cut(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 1).toWellFormed()}…`;
}
