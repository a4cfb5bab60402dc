"use strict";
// Loaded before @devcontainers/cli, in its own process. A uid without an entry in the password file: the program wants no more
// than a name for a folder, and would end.
const os = require("node:os");

const { userInfo } = os;
os.userInfo = (...options) => {
  try {
    return userInfo(...options);
  } catch {
    const uid = process.getuid();
    return { uid, gid: process.getgid(), username: String(uid), homedir: process.env.HOME || "/", shell: null };
  }
};
