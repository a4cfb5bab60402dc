import { join } from "node:path";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { readSmallFolder } from "../../system/files/small-file.ts";
import type { AgentTranscripts, TranscriptEntry } from "../at-work.ts";
import { readEvent } from "./run-output.ts";

// What the program keeps of each conversation: `session-state/{conversation}/events.jsonl` in the session's config folder.

const maxFolders = 200;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const transcripts: AgentTranscripts = { find, read };

function find({ paths }: Pick<Context, "paths">, id: string): ReturnType<AgentTranscripts["find"]> {
  const root = paths.agentState(id, "copilot");
  const folder = join(root, "session-state");
  const names = namesIn(folder, root).filter((name) => uuid.test(name));
  return { root, files: names.map((name) => ({ path: join(folder, name, "events.jsonl"), conversation: name })) };
}

function namesIn(path: string, root: string): string[] {
  try {
    return readSmallFolder(path, { max: maxFolders, root });
  } catch (error) {
    // The session can close its folders.
    if (toCoworkError(error).code === "PERMISSION_DENIED") return [];
    throw error;
  }
}

function read(line: string): TranscriptEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event = JSON.parse(line) as { timestamp?: unknown };
    const outputs = readEvent(event);
    const at = typeof event.timestamp === "string" ? Date.parse(event.timestamp) : Number.NaN;
    return outputs.length === 0 ? undefined : { outputs, ...(Number.isNaN(at) ? {} : { at }) };
  } catch {
    // Cut, or nested too deeply.
    return undefined;
  }
}
