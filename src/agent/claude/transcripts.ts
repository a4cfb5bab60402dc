import { join } from "node:path";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { readSmallFolder } from "../../system/files/small-file.ts";
import type { AgentTranscripts, TranscriptEntry } from "../at-work.ts";
import { readOutput } from "./run-output.ts";

// What the program keeps of each conversation: `projects/<folder>/<conversation>.jsonl` in the session's config folder. Its form is
// internal to the program: lines of unknown types are skipped.

/** A session works in few folders. */
const maxFolders = 20;
const maxFiles = 200;

export const transcripts: AgentTranscripts = { find, read };

function find({ paths }: Pick<Context, "paths">, id: string): ReturnType<AgentTranscripts["find"]> {
  const root = paths.agentState(id, "claude");
  const projects = join(root, "projects");
  const files = namesIn(projects, root, maxFolders).flatMap((folder) =>
    namesIn(join(projects, folder), root, maxFiles).flatMap((name) => {
      const conversation = /^([0-9a-f-]{36})\.jsonl$/.exec(name)?.[1];
      return conversation === undefined ? [] : [{ path: join(projects, folder, name), conversation }];
    }),
  );
  return { root, files: files.slice(0, maxFiles) };
}

function namesIn(path: string, root: string, max: number): string[] {
  try {
    return readSmallFolder(path, { max, root }).filter((name) => name !== "." && name !== "..");
  } catch (error) {
    // The session can close its folders.
    if (toCoworkError(error).code === "PERMISSION_DENIED") return [];
    throw error;
  }
}

function read(line: string): TranscriptEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Cut, or nested too deeply.
    return undefined;
  }
  const entry = value as Record<string, unknown>;
  if (entry["type"] !== "assistant" && entry["type"] !== "user") return undefined;
  const at = typeof entry["timestamp"] === "string" ? Date.parse(entry["timestamp"]) : Number.NaN;
  const outputs = entry["isMeta"] === true ? [] : outputsOf(entry);
  return outputs.length === 0 ? undefined : { outputs, ...(Number.isNaN(at) ? {} : { at }) };
}

function outputsOf(entry: Record<string, unknown>): TranscriptEntry["outputs"] {
  const subagent = entry["isSidechain"] === true ? { subagent: "" } : {};
  const outputs = readOutput(entry).map((output) =>
    ["text", "tool", "tool-result"].includes(output.kind) ? { ...output, ...subagent } : output,
  );
  if (entry["type"] !== "user" || entry["isSidechain"] === true) return outputs;
  return [...promptOf(entry["message"]), ...outputs];
}

/** What a person typed. Texts in angle brackets come from the program itself. */
function promptOf(message: unknown): TranscriptEntry["outputs"] {
  const content = typeof message === "object" && message !== null && "content" in message ? message.content : undefined;
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  const texts = typeof content === "string" ? [content] : blocks.map(textOf);
  return texts
    .filter((text) => text.trim() !== "" && !/^<[a-z-]+>/.test(text))
    .map((text) => ({ kind: "prompt", text }));
}

function textOf(block: unknown): string {
  if (typeof block !== "object" || block === null) return "";
  const { type, text } = block as Record<string, unknown>;
  return type === "text" && typeof text === "string" ? text : "";
}
