import type { FileHandle } from "node:fs/promises";
import type { Context } from "../../system/context.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import { readLines } from "../history/read-lines.ts";
import type { WorkPlace } from "../types.ts";
import { renderOutput } from "./render.ts";

/** What is read of the end of a transcript, and between two calls at most: it is as large as the container makes it. */
const tailBytes = 2 * 1024 ** 2;
const maxLineBytes = 1024 ** 2;
/** How often the newest conversation is looked for. */
const searchMs = 3_000;

/** What was read of a conversation. */
export interface OwnPosition {
  /** device and inode of the file that was read */
  file: string;
  offset: number;
  /** a line has shown that something is left out */
  isSaid: boolean;
}

interface Current {
  path: string;
  root: string;
  at: OwnPosition;
}

/**
 * What the agent did in a terminal, from the transcript that it keeps itself: of its newest conversation, from the end. The container
 * writes these files: no link is followed, and no more than a few megabytes are read at once.
 * @param at where it goes on, if that conversation is still the newest; moved with each call
 * @returns a function that gives new lines, of entries later than `since` (ms since 1970; absent: all)
 */
export function createOwnTranscript(
  ctx: Pick<Context, "paths" | "clock">,
  { id, agent }: Pick<WorkPlace, "id" | "agent">,
  at: OwnPosition = newOwnPosition(),
): (since?: number) => Promise<string[]> {
  const { transcripts } = agent;
  let current: Current | undefined;
  let searchedAt = Number.NEGATIVE_INFINITY;
  return async (since) => {
    if (transcripts === undefined) return [];
    const now = ctx.clock.now().getTime();
    if (Math.abs(now - searchedAt) >= searchMs) {
      const { root, files } = transcripts.find(ctx, id);
      const path = await newestOf(files, root);
      if (path !== undefined && path !== current?.path) {
        if (current !== undefined) Object.assign(at, newOwnPosition());
        current = { path, root, at };
      }
      searchedAt = now;
    }
    if (current === undefined) return [];
    const file = await openRegularFile(current.path, current);
    if (file === undefined) return [];
    try {
      return await readNews(file, current.at, (line) => {
        const entry = transcripts.read(line);
        const isWanted = entry !== undefined && (since === undefined || (entry.at !== undefined && entry.at > since));
        return isWanted ? entry.outputs.flatMap((output) => renderOutput(output)) : [];
      });
    } finally {
      await file.close();
    }
  };
}

export function newOwnPosition(): OwnPosition {
  return { file: "", offset: 0, isSaid: false };
}

async function newestOf(files: readonly { path: string }[], root: string): Promise<string | undefined> {
  let newest: { path: string; at: number } | undefined;
  for (const { path } of files) {
    const file = await openRegularFile(path, { root });
    const at = (await file?.stat())?.mtimeMs;
    await file?.close();
    if (at !== undefined && (newest === undefined || at > newest.at)) newest = { path, at };
  }
  return newest?.path;
}

/* eslint-disable no-param-reassign -- the place that was read up to is what this function moves */
async function readNews(file: FileHandle, current: OwnPosition, show: (line: string) => string[]): Promise<string[]> {
  const { dev, ino, size } = await file.stat();
  const seen = `${dev} ${ino}`;
  // Another file is in its place, or it was cut: both are new.
  if (current.file !== seen || size < current.offset) current.offset = 0;
  current.file = seen;
  const from = Math.max(current.offset, size - tailBytes);
  const isCut = from > current.offset;
  const shown: string[] = [];
  // Of an incomplete last line nothing is taken, and one that is too long is left behind once its end is there.
  current.offset = from;
  for await (const { lines, next } of readLines(file, { from, to: size }, maxLineBytes)) {
    shown.push(...lines.flatMap(show));
    current.offset = next;
  }
  if (!isCut || current.isSaid || shown.length === 0) return shown;
  current.isSaid = true;
  return ["… (what was before is left out)", ...shown];
}
/* eslint-enable no-param-reassign */
