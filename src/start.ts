// main.cjs of the built program: runs the program, which is in chunks (scripts/build/program.ts), and keeps what V8 compiled of it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

type Load = (id: string) => unknown;
type Chunk = (module: { exports: object }, exports: object, require: Load) => void;
/** Each file of the program is a function that returns the chunks in it by their ids, which are names of files. */
type Chunks = (require: NodeJS.Require, filename: string, dirname: string) => Record<string, Chunk>;

/**
 * What V8 compiled is kept at the end of the first command, so that it contains the functions which that command called. Node's own
 * cache has nothing that is compiled after a file was loaded: with it, `list` takes a sixth more processor time and `connect` a
 * third. These commands call other functions than most and are called most, so each has its own.
 */
const names = ["list", "status", "connect", "init", "__complete", "--version", "watch", "serve", "supervise"];
const [, , , command, mode] = process.argv;
/** `watch`, `serve` and `__host supervise` set flags of V8, which takes back only what was compiled with the same ones. */
const called = command === "__host" ? mode : command;
const compiled = join(__dirname, "compiled", process.version, names.find((name) => name === called) ?? "other");
const fresh = new Map<string, Script>();
process.on("exit", () => fresh.forEach((script, name) => keep(name, script)));

const chunks = chunksOf("program.cjs");
const loaded = new Map<string, object>();
load("./main.cjs");

/** Runs a chunk when it is needed for the first time. Everything that is not a chunk is a module of Node. */
function load(id: string): unknown {
  // oxlint-disable-next-line typescript/no-require-imports -- it is CommonJS
  if (!id.startsWith("./")) return require(id) as unknown;
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const chunk = chunks[id] ?? chunksOf(id)[id];
  if (chunk === undefined) throw new Error(`the program has no chunk ${id}`);
  const module = { exports: {} };
  chunk(module, module.exports, load);
  loaded.set(id, module.exports);
  return module.exports;
}

function chunksOf(name: string): Record<string, Chunk> {
  const filename = join(__dirname, name);
  const cachedData = read(name);
  const script = new Script(readFileSync(filename, "latin1"), { filename, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected === true) fresh.set(name, script);
  return (script.runInThisContext() as Chunks)(require, filename, __dirname);
}

/** V8 ends the process if what it reads is damaged. So it is stored twice: comparing is faster than loading a checksum function. */
function read(name: string): Buffer | undefined {
  try {
    const twice = readFileSync(join(compiled, name));
    const once = twice.subarray(0, twice.length / 2);
    return once.equals(twice.subarray(once.length)) ? once : undefined;
  } catch {
    return undefined;
  }
}

function keep(name: string, script: Script): void {
  // Without a home, `unpack.ts` has removed the program by now.
  if (!existsSync(__dirname)) return;
  const temporary = join(compiled, `${name}.${process.pid}`);
  try {
    mkdirSync(compiled, { recursive: true, mode: 0o700 });
    const once = script.createCachedData();
    writeFileSync(temporary, Buffer.concat([once, once]), { mode: 0o600, flush: true });
    renameSync(temporary, join(compiled, name));
  } catch {
    // The disk is full, or the folder is not writable or has been removed: the next command compiles again.
    rmSync(temporary, { force: true });
  }
}
