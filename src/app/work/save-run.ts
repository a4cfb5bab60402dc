import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Extract } from "tar-stream";
import { CoworkError, toCoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { OneSession, SessionHost } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { findOneSession } from "../find/one-session.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { readRunWord } from "./list-runs.ts";

/**
 * Writes the files of a run to a folder, which is created. Nothing is overwritten.
 * @param word `api:3`, or a session's name for its newest run
 * @returns the paths of the files
 * @throws USAGE if a file exists, RUN_NOT_FOUND, DISK_FULL
 */
export async function saveRun(scope: Scope, word: string, folder: string): Promise<string[]> {
  const { session, n } = readRunWord(word);
  const { scope: its, selector } = await findOneSession(scope, session, "runs");
  const host = await hostOfOne(its, selector);
  const number = n ?? (await newestNumber(host, selector));
  const { extract } = await import("tar-stream");
  const [tar, unpack] = [new PassThrough(), extract()];
  try {
    await makeFolder(folder);
    const [saved] = await Promise.all([
      writeEntries(unpack, folder),
      pipeline(tar, unpack),
      host.runFiles(selector, number, tar).finally(() => tar.end()),
    ]);
    return saved;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw toCoworkError(error);
    const message = `${plain(folder)} has a file of the same name, and nothing is overwritten.`;
    throw usageError(message, `cowork runs ${plain(word)} --save <new folder>`);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (!["EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw usageError(`${plain(folder)} cannot be a folder: there is a file.`, "name another folder");
  }
}

async function writeEntries(unpack: Extract, folder: string): Promise<string[]> {
  const saved: string[] = [];
  for await (const entry of unpack) {
    const { name, type } = entry.header;
    // The host may be another machine: only plain names, and only new files.
    if (type !== "file" || !/^[a-z][\w.-]{0,99}$/.test(name)) {
      throw new CoworkError("HOST_ANSWER_INVALID", "The host sent a file with an unexpected name.");
    }
    const path = join(folder, name);
    await pipeline(entry, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    saved.push(path);
  }
  return saved;
}

async function newestNumber(host: SessionHost, selector: OneSession): Promise<number> {
  const [run] = await host.runs(selector, {});
  if (run !== undefined) return run.n;
  const [name] = selector.names;
  throw new CoworkError("RUN_NOT_FOUND", `Session ${plain(name)} has no run.`, { hint: [ownCommand("runs")] });
}
