import { readdirSync } from "node:fs";
import type { FilesContext } from "../../system/context.ts";
import { recall, type FileMemory } from "../../system/files/file-memory.ts";
import { isAbsent } from "../../system/files/open-folder.ts";
import { listAsks } from "./asks-folder.ts";
import { readOpen } from "./store.ts";

/** Number of open requests, those that no one took in yet included. Reads the names of files only. */
export function countOpen(ctx: FilesContext, id: string): number {
  const { waiting } = listAsks(ctx, id);
  if (waiting.size === 0) return 0;
  const answered = namesOf(ctx.paths.answers(id), ctx.memory);
  return [...waiting].filter((name) => !answered.has(name)).length;
}

/** Whether there is anything to take in or to answer. Reads small files only. */
export function mayHaveRequests(ctx: FilesContext, id: string): boolean {
  return countOpen(ctx, id) > 0 || readOpen(ctx, id).length > 0;
}

function namesOf(folder: string, memory: FileMemory | undefined): Set<string> {
  try {
    return recall(memory, folder, () => new Set(readdirSync(folder))) ?? new Set();
  } catch (error) {
    if (isAbsent(error)) return new Set();
    throw error;
  }
}
