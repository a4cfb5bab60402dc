"use strict";
// Loaded before @devcontainers/cli, in its own process: its one big file is compiled through our code cache.
const Module = require("node:module");
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { openCodeCache } = require("./code-cache.cjs");

const { argv, env } = process;
const { COWORK_CODE_CACHE: folder } = env;
delete env.COWORK_CODE_CACHE;

const { _compile: compile } = Module.prototype;

Module.prototype._compile = function (text, path, ...rest) {
  if (!path.endsWith("devContainersSpecCLI.js")) return compile.call(this, text, path, ...rest);
  Module.prototype._compile = compile;
  // the program's hash, by which cowork knows that it is intact (src/devcontainer/cli-unpack.ts)
  const owner = readFileSync(join(dirname(path), "..", "..", ".cowork-sha256"), "utf8");
  const evaluate = openCodeCache({ folder, owner, task: () => String(argv[2]) });
  return evaluate(path, text).call(this.exports, this.exports, Module.createRequire(path), this, path, dirname(path));
};
