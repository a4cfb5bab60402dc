"use strict";
// V8 compiles a function when it is called for the first time, and Node's own compile cache keeps what was compiled when a file
// was loaded: nearly all functions are compiled anew by every process, which was a fifth of `cowork list`. Here what a process
// compiled is kept when it ends well, for the next one that does the same. Part of cowork's own program (scripts/build/entry.cjs),
// and of what is loaded into the process of @devcontainers/cli (code-cached.cjs).
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { basename, join } = require("node:path");
const { Script, constants } = require("node:vm");

/** Seconds. V8 gives up the code of functions that nobody called for a while: what a long life leaves is not worth keeping. */
const longest = 60;

/** So many runs of a task add what they compiled: the first may have had nothing to show. */
const runsThatAdd = 3;

/**
 * @param folder where it is kept; it is made when there is something to keep. Whoever can write there can run what they like
 * @param owner stands for the texts of all files: what was kept for another is replaced
 * @param task asked at the end: what this process did, in a word
 * @returns compiles a CommonJS file: gives the function that is called with exports, require, module and the two paths
 */
exports.openCodeCache = ({ folder, owner, task }) => {
  const used = [];
  process.on("exit", (code) => {
    if (code !== 0 || process.uptime() > longest) return;
    const done = task();
    for (const { place, script, runs } of used) {
      const { [done]: before = 0 } = runs;
      if (before < runsThatAdd) keep(place, script, { owner, runs: { ...runs, [done]: before + 1 } });
    }
  });
  return (path, text) => {
    const place = join(folder, `${basename(path)}-${process.version}-${process.arch}`);
    const kept = find(place, owner);
    const script = new Script(wrap(text), {
      filename: path,
      cachedData: kept?.data,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    // V8 looks at its own version and flags, and at the length of the text
    used.push({ place, script, runs: script.cachedDataRejected === false ? kept.runs : {} });
    return script.runInThisContext();
  };
};

/**
 * A line of JSON, and the data twice. V8 does not look whether the data is whole, and ends the process by what is not (tried, Node 24):
 * two that are the same were not torn by a power cut or a full disk, and comparing them takes a tenth of what loading zlib for a
 * sum takes.
 */
function find(place, owner) {
  try {
    const bytes = readFileSync(place);
    const end = bytes.indexOf(10) + 1;
    const head = JSON.parse(bytes.subarray(0, end));
    const half = (bytes.length + end) / 2;
    const data = bytes.subarray(end, half);
    const isWhole = data.length > 0 && data.equals(bytes.subarray(half));
    if (head.owner === owner && isWhole) return { runs: { ...head.runs }, data };
  } catch {
    // not there, or not ours: it is made anew
  }
  return undefined;
}

/** A help to speed and nothing else. Of processes that end at the same time the last one's stays. */
function keep(place, script, head) {
  const temporary = `${place}.${process.pid}`;
  try {
    const data = script.createCachedData();
    mkdirSync(join(place, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), data, data]), { mode: 0o600 });
    renameSync(temporary, place);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // as where the folder is not ours
    }
  }
}
