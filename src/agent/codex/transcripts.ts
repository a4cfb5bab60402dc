import { join } from "node:path";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { readSmallFolder } from "../../system/files/small-file.ts";
import type { JsonObject } from "../../contract/common.ts";
import type { AgentTranscripts, TranscriptEntry } from "../at-work.ts";
import { asList, asObject, asText } from "../input/json.ts";

// What the program keeps of each conversation: `sessions/YYYY/MM/DD/rollout-{time}-{conversation}.jsonl` in the session's config folder.
// Its form is internal to the program: lines of unknown types are skipped.

/** Folders of one level, the newest first. */
const maxFolders = 40;
const maxFiles = 200;

export const transcripts: AgentTranscripts = { find, read };

function find({ paths }: Pick<Context, "paths">, id: string): ReturnType<AgentTranscripts["find"]> {
  const root = paths.agentState(id, "codex");
  const below = (folders: readonly string[]): string[] =>
    folders.flatMap((folder) =>
      namesIn(folder, root)
        .filter((name) => /^\d{2,4}$/.test(name))
        .map((name) => join(folder, name)),
    );
  const days = below(below(below([join(root, "sessions")]).slice(0, maxFolders)).slice(0, maxFolders));
  const files = days.slice(0, maxFolders).flatMap((folder) =>
    namesIn(folder, root).flatMap((name) => {
      const conversation = /^rollout-[\dT-]+-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(name)?.[1];
      return conversation === undefined ? [] : [{ path: join(folder, name), conversation }];
    }),
  );
  return { root, files: files.slice(0, maxFiles) };
}

function namesIn(path: string, root: string): string[] {
  try {
    return readSmallFolder(path, { max: maxFiles, root }).toSorted().toReversed();
  } catch (error) {
    // The session can close its folders.
    if (toCoworkError(error).code === "PERMISSION_DENIED") return [];
    throw error;
  }
}

function read(line: string): TranscriptEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: JsonObject;
  try {
    value = JSON.parse(line) as JsonObject;
  } catch {
    // Cut, or nested too deeply.
    return undefined;
  }
  const payload = asObject(value["payload"]);
  if (value["type"] !== "response_item" || payload === undefined) return undefined;
  const at = Date.parse(asText(value["timestamp"]) ?? "");
  const outputs = outputsOf(payload);
  return outputs.length === 0 ? undefined : { outputs, ...(Number.isNaN(at) ? {} : { at }) };
}

function outputsOf(item: JsonObject): TranscriptEntry["outputs"] {
  const id = asText(item["call_id"]) ?? "";
  switch (item["type"]) {
    case "message": {
      const text = textOf(item["content"]);
      if (item["role"] === "assistant") return text === "" ? [] : [{ kind: "text", text }];
      // Texts in angle brackets come from the program itself.
      return item["role"] !== "user" || text.trim() === "" || /^<[a-z_-]+>/.test(text)
        ? []
        : [{ kind: "prompt", text }];
    }
    case "custom_tool_call":
    case "function_call": {
      const input = asText(item["input"]) ?? asText(item["arguments"]) ?? "";
      return [{ kind: "tool", id, name: asText(item["name"]) ?? "", input: { command: input } }];
    }
    case "custom_tool_call_output":
    case "function_call_output":
      return [{ kind: "tool-result", id, failed: false, text: textOf(item["output"]) }];
    default:
      return [];
  }
}

/** Content is a text, or blocks of which some are text. */
function textOf(content: JsonObject[string] | undefined): string {
  if (typeof content === "string") return content;
  return asList(content)
    .map((block) => asText(asObject(block)?.["text"]) ?? "")
    .join("");
}
