import type { TranscriptEntry } from "../../contract/work/transcript.ts";
import type { Context } from "../../system/context.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import { readLines } from "../history/read-lines.ts";
import { outputFile } from "../runs/output/accepted.ts";
import type { WorkPlace } from "../types.ts";
import { entryOf, note } from "./entries.ts";

/** What one answer has at most, so that it stays small whatever a container writes. */
const maxEntries = 300;
const maxBytes = 1024 * 1024;
/** As long as the longest line of output that is kept. */
const maxRunLine = 8 * 1024 ** 2;
const maxOwnLine = 1024 ** 2;
/** Of an agent's own transcript only the end is read: it is as large as the container makes it. */
const tailBytes = 2 * 1024 ** 2;

export interface TranscriptPart {
  entries: TranscriptEntry[];
  /** where to read on */
  offset: number;
  /** there is more to read at once */
  more: boolean;
}

type Place = Pick<WorkPlace, "id" | "agent">;

/** What a run printed, as far as the host has accepted it. */
export async function readRunPart(
  ctx: Pick<Context, "paths">,
  { id, agent }: Place,
  { n, from }: { n: number; from: number },
): Promise<TranscriptPart> {
  const read = (line: string): TranscriptEntry[] =>
    (agent.run?.read(line) ?? []).flatMap((output) => entryOf(output, undefined) ?? []);
  return await readPart({ path: outputFile(ctx, id, n), from, maxLine: maxRunLine, read });
}

/** The newest conversation that the agent keeps itself, and how long it is. The container writes these files: no link is followed. */
export async function newestConversation(
  ctx: Pick<Context, "paths">,
  { id, agent }: Place,
): Promise<{ path: string; root: string; conversation: string; size: number } | undefined> {
  if (agent.transcripts === undefined) return undefined;
  const { root, files } = agent.transcripts.find(ctx, id);
  let newest: { path: string; root: string; conversation: string; size: number; at: number } | undefined;
  for (const { path, conversation } of files) {
    const file = await openRegularFile(path, { root });
    const stats = await file?.stat();
    await file?.close();
    if (stats !== undefined && (newest === undefined || stats.mtimeMs > newest.at))
      newest = { path, root, conversation, size: stats.size, at: stats.mtimeMs };
  }
  return newest;
}

/**
 * What the agent says that it did in a conversation.
 * @param options.since leave out what is not later, in ms since 1970
 */
export async function readOwnPart(
  { agent }: Place,
  file: { path: string; root: string; size: number },
  { from, since }: { from: number; since: number | undefined },
): Promise<TranscriptPart> {
  const start = Math.max(from > file.size ? 0 : from, file.size - tailBytes);
  const isCut = start > from;
  const read = (line: string): TranscriptEntry[] => {
    const entry = agent.transcripts?.read(line);
    if (entry === undefined || (since !== undefined && (entry.at === undefined || entry.at <= since))) return [];
    const at = entry.at === undefined ? undefined : new Date(entry.at).toISOString();
    return entry.outputs.flatMap((output) => entryOf(output, at) ?? []);
  };
  const part = await readPart({ path: file.path, root: file.root, from: start, maxLine: maxOwnLine, read });
  return isCut ? { ...part, entries: [note({}, "what was before is left out"), ...part.entries] } : part;
}

async function readPart(options: {
  path: string;
  root?: string;
  from: number;
  maxLine: number;
  read: (line: string) => TranscriptEntry[];
}): Promise<TranscriptPart> {
  const { path, root, from, maxLine, read } = options;
  const file = await openRegularFile(path, root === undefined ? {} : { root });
  const part: TranscriptPart = { entries: [], offset: from, more: false };
  if (file === undefined) return part;
  try {
    let size = 0;
    for await (const { lines, next, skipped } of readLines(file, { from }, maxLine)) {
      part.offset = next;
      part.entries.push(...lines.flatMap(read));
      if (skipped > 0) part.entries.push(note({}, `${skipped} too long to show`));
      size += lines.reduce((sum, line) => sum + line.length, 0);
      if (part.entries.length < maxEntries && size < maxBytes) continue;
      part.more = true;
      break;
    }
    return part;
  } finally {
    await file.close();
  }
}
