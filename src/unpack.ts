// What is below the sh header of dist/cowork: it lays the program down, once per version, and hands over to it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

/** Put before this code by the build: the program's files, and what stands for all of them. */
declare const COWORK_PROGRAM: { hash: string; archive: string };

const { hash } = COWORK_PROGRAM;
const place = inHome() ?? forThisProcess();
// As if Node had been started with it: the built file comes before the user's words.
process.argv.splice(1, 0, join(place, "main.cjs"));
// oxlint-disable-next-line typescript/no-require-imports -- CommonJS, as the header starts it
require(join(place, "program.cjs"));

/** `lib/cowork/{hash}` of a home that is there, where the header looks for it. Whole or not there at all: renamed into place. */
function inHome(): string | undefined {
  const { COWORK_HOME, HOME } = process.env;
  const home = COWORK_HOME || (HOME ? join(HOME, ".cowork") : undefined);
  if (home === undefined || !existsSync(home)) return undefined;
  const parent = join(home, "lib", "cowork");
  const own = join(parent, hash);
  if (existsSync(own)) return own;
  let temporary: string | undefined;
  try {
    // One by one: of a folder in which none can be made (/proc), Node tries for ever to make several at once.
    for (const folder of [dirname(parent), parent]) ensureFolder(folder);
    temporary = mkdtempSync(join(parent, `.${hash}-`));
    write(temporary);
    renameSync(temporary, own);
    return own;
  } catch {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    // A twin that was faster; or a home that cannot be written to, or a full disk.
    return existsSync(own) ? own : undefined;
  }
}

function ensureFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

/** Without a home, nothing is left behind. */
function forThisProcess(): string {
  const temporary = mkdtempSync(join(tmpdir(), "cowork-"));
  process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
  const own = join(temporary, hash);
  write(own);
  return own;
}

function write(target: string): void {
  const text = brotliDecompressSync(Buffer.from(COWORK_PROGRAM.archive, "base64")).toString();
  for (const [name, content] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    const path = join(target, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { encoding: "latin1", mode: 0o600 });
  }
}
