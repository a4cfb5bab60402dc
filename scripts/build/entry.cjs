"use strict";
// The entry of the program as it is laid down in a home (src/program.ts): `main.cjs`, with all that it needs to load the rest.
const { readFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { openCodeCache } = require("../../templates/devcontainers-cli/code-cache.cjs");

// {home}/lib/cowork/{hash}/main.cjs, called with the built file's path and the user's words. What was compiled lies with what it was
// compiled from: only who may change the one can change the other, and both are cleared away together.
const [, , , word = ""] = process.argv;
const compile = openCodeCache({
  folder: join(__dirname, "code"),
  owner: basename(__dirname),
  task: () => (/^[a-z_]+$/.test(word) ? word : ""),
});

const chunks = {};
/** files with chunks that have not been read, in the order in which they are likely to be needed */
const more = CHUNK_FILES;
const modules = new Map();

/** `./name.cjs` is a file beside this one, `./name.js` a chunk of the program in one of them, everything else Node's own. */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  if (name.endsWith(".cjs")) return loadFile(name);
  if (!name.endsWith(".js")) return keep(name, { exports: require(name) }).exports;
  while (!Object.hasOwn(chunks, name)) Object.assign(chunks, loadFile(more.shift()));
  // It is known before it runs: two that import each other find each other, as ES modules do.
  const module = keep(name, { exports: {} });
  chunks[name](module, module.exports, load);
  return module.exports;
}

function loadFile(name) {
  const path = join(__dirname, name);
  const module = keep(name, { exports: {} });
  compile(path, readFileSync(path, "utf8"))(module.exports, load, module, path, __dirname);
  return module.exports;
}

/** Also what is Node's own: it takes its time for every question, and every chunk asks for some. */
function keep(name, module) {
  modules.set(name, module);
  return module;
}

load("./main.js");
