import { parseJson } from "../../contract/common.ts";
import { ownCommand } from "../../hint.ts";
import * as z from "zod/mini";
import { upgradeRecord, recordSchema, sessionRecord, type SessionRecord } from "../../contract/record.ts";
import { CoworkError } from "../../errors.ts";
import type { Context, FilesContext } from "../../system/context.ts";
import { writeFileAtomic, ensureFolder, lookAtPath } from "../../system/files/files.ts";
import { sessionNamePattern } from "../../system/names.ts";
import { recall } from "../../system/files/file-memory.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { sessionId } from "./names.ts";

export type { SessionRecord };

/**
 * Reads a session's record. Undefined if there is none.
 * @throws RECORD_CORRUPT if the file is not a valid record, STATE_TOO_NEW if a newer cowork wrote it
 */
export async function readRecord(ctx: FilesContext, id: string): Promise<SessionRecord | undefined> {
  const path = ctx.paths.record(id);
  return recall(ctx.memory, path, () => readFrom(path, id));
}

/** The copy of a record, in case the record itself is damaged. */
export async function readBackup(ctx: Pick<Context, "paths">, id: string): Promise<SessionRecord | undefined> {
  try {
    return readFrom(backupOf(ctx.paths.record(id)), id);
  } catch {
    return undefined;
  }
}

function readFrom(path: string, id: string): SessionRecord | undefined {
  const bytes = readSmallFile(path, { maxBytes: 1024 * 1024 });
  if (bytes === undefined) {
    if (lookAtPath(path) === undefined) return undefined;
    throw corrupt(path, id, "it is a link, or something else than a file");
  }
  const value = parseJson(Buffer.from(bytes).toString("utf8"));
  const version = (value as { schema?: unknown } | undefined)?.schema;
  if (typeof version === "number" && version > recordSchema) {
    throw new CoworkError("STATE_TOO_NEW", `The record of ${id} was written by a newer cowork (schema ${version}).`, {
      hint: "install the newest cowork on this machine",
    });
  }
  const parsed = sessionRecord.safeParse(upgradeRecord(value));
  if (!parsed.success) throw corrupt(path, id, z.prettifyError(parsed.error));
  const { project, name } = parsed.data;
  // The name becomes a branch, a label and a part of paths: it counts only as it was checked when the session was made.
  if (parsed.data.id === id && sessionId(project, name) === id && sessionNamePattern.test(name)) return parsed.data;
  throw corrupt(path, id, "it contains a different id, name or project");
}

function corrupt(path: string, id: string, detail: string): CoworkError {
  return new CoworkError("RECORD_CORRUPT", `The record of session ${id} cannot be read (${path}).`, {
    hint: [ownCommand("doctor", "--fix")],
    detail,
  });
}

export async function writeRecord(ctx: Pick<Context, "paths">, record: SessionRecord): Promise<void> {
  await ensureFolder(ctx.paths.state(record.id), { mode: 0o700 });
  const text = `${JSON.stringify(record, null, 1)}\n`;
  await writeFileAtomic(ctx.paths.record(record.id), text, { mode: 0o600 });
  await writeFileAtomic(backupOf(ctx.paths.record(record.id)), text, { mode: 0o600 });
}

function backupOf(path: string): string {
  return `${path}.bak`;
}

/** A record, or why it cannot be read: one bad file must not hide the other sessions. */
export type RecordEntry = { id: string; record: SessionRecord } | { id: string; error: CoworkError };
