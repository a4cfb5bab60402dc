import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
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
 * @throws GIT_FAILED with git's reason, TIMEOUT, OUTPUT_TOO_LARGE, DISK_FULL
 */
export async function takePack(ctx: Context, scratch: Scratch, file: string): Promise<void> {
  const count = await countObjects(file);
  if (count === 0) return;
  if (count === undefined || count > maxObjects) throw refused("it is not a pack that git writes");
  const folder = join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    const strict = [`--strict=${severities}`, `--max-input-size=${maxPackBytes}`];
    const threads = count < fewObjects ? ["--threads=1"] : [];
    const args = ["index-pack", "--stdin", "--fix-thin", ...threads, ...strict];
    const result = await scratchGit(ctx, scratch, args, { inputFile: file, objects: folder });
    if (result.code !== 0) throw refused(reasonOf(result.stderr));
    await moveObjects(folder, join(scratch.gitDir, "objects"));
  } finally {
    await rm(folder, { recursive: true, force: true });
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

/** From the header of a pack. */
async function countObjects(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    if (bytesRead < 12 || buffer.toString("latin1", 0, 4) !== "PACK") return undefined;
    return buffer.readUInt32BE(8);
  } finally {
    await handle.close();
  }
}

/** The name is the hash of the content. The index comes last: once it is there, git uses the pack. */
async function moveObjects(from: string, to: string): Promise<void> {
  const packs = await readdir(join(from, "pack"));
  await mkdir(join(to, "pack"), { recursive: true });
  for (const end of [".pack", ".rev", ".idx"])
    for (const name of packs.filter((one) => /^pack-[0-9a-f]{40,64}\.\w+$/.test(one) && one.endsWith(end)))
      await rename(join(from, "pack", name), join(to, "pack", name));
}

/** In bytes. */
export async function packSize(file: string): Promise<number> {
  return (await stat(file)).size;
}
