"use strict";
// The engine's socket, for what stands in for the docker client (docker-answers.cjs).
const { Agent, request } = require("node:http");

const socketPath = process.env.COWORK_ENGINE_SOCKET;
delete process.env.COWORK_ENGINE_SOCKET;

const agent = new Agent({ keepAlive: true });

const begin = (path, { body, ...options }) => {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const about = text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  const asked = request({ socketPath, path, servername: "", ...options, headers: { ...about, ...options.headers } });
  asked.end(text);
  return asked;
};

/** The answer, for any other status than those wanted undefined. */
const open = (path, { wanted = [200], ...options } = {}) =>
  new Promise((resolve) => {
    const asked = begin(path, options);
    asked.on("error", () => resolve(undefined));
    asked.on("response", (answer) => {
      if (wanted.includes(answer.statusCode)) return resolve(answer);
      answer.resume();
      resolve(undefined);
    });
  });

/**
 * The answer's text; undefined as for `open`. What changes something goes over a connection of its own: one that is kept may have
 * been closed over there, and nobody could say whether it was done.
 */
const ask = async (path, options = {}) => {
  const answer = await open(path, { agent: options.method === undefined ? agent : false, ...options });
  if (answer === undefined) return undefined;
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

/** The connection itself, as the stream of a process inside. */
const upgrade = (path, body) =>
  new Promise((resolve) => {
    const asked = begin(path, { method: "POST", body, headers: { Connection: "Upgrade", Upgrade: "tcp" } });
    asked.on("error", () => resolve(undefined));
    asked.on("response", (answer) => (answer.destroy(), resolve(undefined)));
    asked.on("upgrade", (_answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
  });

module.exports = { ask, isThere: socketPath !== undefined, open, upgrade };
