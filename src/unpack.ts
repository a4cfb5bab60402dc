// The code below the sh header of dist/cowork: unpacks the program, once per version, and runs it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

/** Prepended by the build: the program's files, and their hash. */
declare const COWORK_PROGRAM: { hash: string; archive: string };

const { hash } = COWORK_PROGRAM;
const place = inHome() ?? forThisProcess();
// As if Node had been started with the program. The path of the built file comes before the user's arguments.
process.argv.splice(1, 0, join(place, "main.cjs"));
// oxlint-disable-next-line typescript/no-require-imports -- the header starts it as CommonJS
require(join(place, "main.cjs"));

/** `lib/cowork/{hash}` of an existing home, where the header looks for it. Renamed into place, so that it is always complete. */
function inHome(): string | undefined {
  const { COWORK_HOME, HOME } = process.env;
  const home = COWORK_HOME || (HOME ? join(HOME, ".cowork") : undefined);
  if (home === undefined || !existsSync(home)) return undefined;
  const parent = join(home, "lib", "cowork");
  const own = join(parent, hash);
  if (existsSync(own)) return own;
  let temporary: string | undefined;
  try {
    // One by one: with `recursive`, Node loops forever in a folder that does not allow new folders (/proc).
    for (const folder of [dirname(parent), parent]) ensureFolder(folder);
    temporary = mkdtempSync(join(parent, `.${hash}-`));
    write(temporary);
    renameSync(temporary, own);
    return own;
  } catch {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    // Another process was faster, the home is not writable, or the disk is full.
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

/** Without a home the program is unpacked to a temporary folder, which is removed at the end. */
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
