import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { severities } from "../../clone/exchange/quarantine.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { maxPackBytes } from "../limits.ts";
import { scratchGit, temporary, type Scratch } from "./scratch-git.ts";

/** With fewer objects than this, threads cost more than they bring. */
const fewObjects = 3_000;
/** More are not taken in. */
const maxObjects = 1_000_000;

/**
 * Takes a session's pack into the scratch repository: into a folder of its own first, where git checks each object and that everything it
 * refers to exists. If anything fails nothing is kept.
 * @returns its size in bytes
 * @throws GIT_FAILED with git's reason, TIMEOUT, OUTPUT_TOO_LARGE, DISK_FULL
 */
export async function takePack(ctx: Context, scratch: Scratch, file: string): Promise<number> {
  const { count, bytes } = readHeader(file);
  if (count === 0) return bytes;
  if (count === undefined || count > maxObjects) throw refused("it is not a pack that git writes");
  const folder = join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}`);
  // A few short calls for each pack: they take longer through Node's thread pool.
  mkdirSync(folder, { mode: 0o700 });
  try {
    const strict = [`--strict=${severities}`, `--max-input-size=${maxPackBytes}`];
    const threads = count < fewObjects ? ["--threads=1"] : [];
    const args = ["index-pack", "--stdin", "--fix-thin", ...threads, ...strict];
    const result = await scratchGit(ctx, scratch, args, { inputFile: file, objects: folder });
    if (result.code !== 0) throw refused(reasonOf(result.stderr));
    moveObjects(folder, join(scratch.gitDir, "objects"));
    return bytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reasonOf(stderr: string): string {
  const [, malformed] = /^(?:error|fatal): (object [0-9a-f]+: .+)$/m.exec(stderr) ?? [];
  const last = stderr.split("\n").findLast((line) => line.trim() !== "");
  return plain(malformed ?? last ?? "git ended without a reason").slice(0, 200);
}

function refused(why: string): CoworkError {
  return new CoworkError("GIT_FAILED", `git refuses what the session sent: ${why}`);
}

/** The number of objects is not known if git did not write the file. */
function readHeader(file: string): { count: number | undefined; bytes: number } {
  const handle = openSync(file, "r");
  try {
    const [header, { size: bytes }] = [Buffer.alloc(12), fstatSync(handle)];
    const isPack = readSync(handle, header, 0, 12, 0) === 12 && header.toString("latin1", 0, 4) === "PACK";
    return { count: isPack ? header.readUInt32BE(8) : undefined, bytes };
  } finally {
    closeSync(handle);
  }
}

/** The name is the hash of the content. The index comes last: once it is there, git uses the pack. */
function moveObjects(from: string, to: string): void {
  const packs = readdirSync(join(from, "pack"));
  mkdirSync(join(to, "pack"), { recursive: true });
  for (const end of [".pack", ".rev", ".idx"])
    for (const name of packs.filter((one) => /^pack-[0-9a-f]{40,64}\.\w+$/.test(one) && one.endsWith(end)))
      renameSync(join(from, "pack", name), join(to, "pack", name));
}
