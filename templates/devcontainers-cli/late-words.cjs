"use strict";
// Loaded before @devcontainers/cli, in its own process: its words come on stdin, as JSON, when they are known. By then the program
// has been loaded, which takes as long as a tenth of a quick `up`: it takes its words with `process.argv.slice`, last of all.
const { readFileSync } = require("node:fs");
const os = require("node:os");

// A uid without an entry in the password file: the program wants no more than a name for a folder, and would end.
const { userInfo } = os;
os.userInfo = (...options) => {
  try {
    return userInfo(...options);
  } catch {
    const uid = process.getuid();
    return { uid, gid: process.getgid(), username: String(uid), homedir: process.env.HOME || "/", shell: null };
  }
};

const { argv } = process;
argv.slice = (...range) => {
  delete argv.slice;
  const words = readFileSync(0, "utf8");
  // whoever started it has no use for it any more
  if (words === "") process.exit(1);
  argv.push(...JSON.parse(words));
  return argv.slice(...range);
};
