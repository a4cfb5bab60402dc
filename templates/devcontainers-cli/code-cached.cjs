"use strict";
// Loaded before @devcontainers/cli, in its own process: its one big file is compiled through our code cache, which lies beside it.
const Module = require("node:module");
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { openCodeCache } = require("./code-cache.cjs");

const { _compile: compile } = Module.prototype;

Module.prototype._compile = function (text, path, ...rest) {
  if (!path.endsWith("devContainersSpecCLI.js")) return compile.call(this, text, path, ...rest);
  Module.prototype._compile = compile;
  const program = join(dirname(path), "..", "..");
  // the program's hash, by which cowork knows that it is intact (src/devcontainer/cli-unpack.ts)
  const owner = readFileSync(join(program, ".cowork-sha256"), "utf8");
  const cached = openCodeCache({ folder: join(program, ".code"), owner, task: () => String(process.argv[2]) });
  return cached(path, text).call(this.exports, this.exports, Module.createRequire(path), this, path, dirname(path));
};
