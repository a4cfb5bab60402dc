import type { Json, JsonObject } from "../../contract/common.ts";
import type { AskedApproval } from "../at-work.ts";
import { asList, asObject, asText } from "../input/json.ts";

/** How the input of a tool is written; fields that it does not name follow as they are, so that nothing is left out. */
interface Writing {
  text: string;
  used: readonly string[];
}

/**
 * The whole text to decide on, as the agent gave it: a command, a change as lines with - and +, a plan, questions. Every field of
 * the input is in it, except a description, which changes nothing.
 */
export function requestText(tool: string, input: JsonObject, questions: AskedApproval["questions"]): string {
  const { text, used } = questions === undefined ? write(tool, input) : writeQuestions(questions);
  const rest = Object.entries(input).filter(([key]) => !used.includes(key));
  const more = rest.map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [...(text === "" ? [] : [text]), ...more].join("\n");
}

function write(tool: string, input: JsonObject): Writing {
  const field = (name: string): string => asText(input[name]) ?? "";
  if (tool === "Bash" && typeof input["command"] === "string")
    return { text: field("command"), used: ["command", "description"] };
  if (tool === "ExitPlanMode" && typeof input["plan"] === "string")
    return { text: field("plan"), used: ["plan", "planFilePath"] };
  const path = ["file_path", "notebook_path"].find((name) => typeof input[name] === "string");
  if (path === undefined) return { text: "", used: [] };
  const { lines, used } = changes(tool, input);
  return { text: [field(path), ...lines].join("\n"), used: [path, ...used] };
}

function changes(tool: string, input: JsonObject): { lines: string[]; used: string[] } {
  if (tool === "Write" && typeof input["content"] === "string")
    return { lines: signed("+", input["content"]), used: ["content"] };
  if (tool === "Edit" && isChange(input)) return { lines: changeLines(input), used: ["old_string", "new_string"] };
  const edits = tool === "MultiEdit" ? asList(input["edits"]) : [];
  if (edits.length > 0 && edits.every(isChange)) {
    const each = edits.flatMap((edit) => ["@@", ...changeLines(edit), ...others(edit)]);
    return { lines: each, used: ["edits"] };
  }
  if (tool === "NotebookEdit" && typeof input["new_source"] === "string")
    return { lines: signed("+", input["new_source"]), used: ["new_source"] };
  return { lines: [], used: [] };
}

function isChange(value: Json): value is JsonObject {
  const edit = asObject(value);
  return typeof edit?.["old_string"] === "string" && typeof edit["new_string"] === "string";
}

function changeLines(edit: JsonObject): string[] {
  return [...signed("-", asText(edit["old_string"]) ?? ""), ...signed("+", asText(edit["new_string"]) ?? "")];
}

function others(edit: JsonObject): string[] {
  return Object.entries(edit)
    .filter(([key]) => key !== "old_string" && key !== "new_string")
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
}

function signed(sign: "-" | "+", text: string): string[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `${sign} ${line}`);
}

function writeQuestions(questions: NonNullable<AskedApproval["questions"]>): Writing {
  const each = questions.map(({ question, multiple, options }) =>
    [
      `${question}${multiple ? " (several answers are possible)" : ""}`,
      ...options.map(
        ({ label, description }, n) => `  ${n + 1} ${label}${description === "" ? "" : `: ${description}`}`,
      ),
    ].join("\n"),
  );
  return { text: each.join("\n"), used: ["questions"] };
}
