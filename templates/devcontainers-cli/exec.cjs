"use strict";
// `docker exec -i` as @devcontainers/cli says it, without the client.
const { ask, upgrade } = require("./engine.cjs");

/** What the client would send; undefined where there is a word that is not understood to the letter. */
function parseExec(args) {
  const spec = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Env: [] };
  if (args[1] !== "-i") return undefined;
  for (let at = 2; at < args.length; at += 2) {
    const [word, value] = args.slice(at);
    if (!word.startsWith("-")) return value === undefined ? undefined : { id: word, spec: { ...spec, Cmd: args.slice(at + 1) } };
    if (value === undefined) return undefined;
    if (word === "-u") spec.User = value;
    else if (word === "-w") spec.WorkingDir = value;
    else if (word === "-e" && value.includes("=")) spec.Env.push(value);
    else return undefined;
  }
  return undefined;
}

/**
 * Starts it. Undefined: the client has to do it, or to say why it cannot be done.
 * @returns its id and the stream to it
 */
async function exec(args) {
  const wish = parseExec(args);
  if (wish === undefined) return undefined;
  const { id, spec } = wish;
  const made = await ask(`/containers/${encodeURIComponent(id)}/exec`, { method: "POST", body: spec, wanted: [201] });
  if (made === undefined) return undefined;
  const { Id } = JSON.parse(made);
  const socket = await upgrade(`/exec/${Id}/start`, { Detach: false, Tty: false });
  return socket && { id: Id, socket };
}

/** Splits what comes from inside into the two streams: 8 bytes say which one, and how much follows (Docker Engine API, attach). */
function give(socket, stdout, stderr) {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      (rest[0] === 2 ? stderr : stdout).write(rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  });
}

const exitCodeOf = async (id) => JSON.parse(await ask(`/exec/${id}/json`)).ExitCode;

module.exports = { exec, exitCodeOf, give, parseExec };
