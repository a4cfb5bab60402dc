"use strict";
// Loaded before @devcontainers/cli, in its own process. It asks the engine for a dozen things by as many starts of the docker
// client, one after another, which is half of a quick `up`. Those are asked here over the engine's socket, and answered in the
// client's own words. Whatever is not understood to the letter, or not answered with success, is left to the client.
const childProcess = require("node:child_process");
const { EventEmitter } = require("node:events");
const { PassThrough } = require("node:stream");
const { ask, isThere, open } = require("./engine.cjs");
const { exec, exitCodeOf, give } = require("./exec.cjs");
const { run, waitFor } = require("./run.cjs");

const { COWORK_DOCKER_VERSION: clientVersion, COWORK_ENGINE_VERSION: engineVersion, COWORK_DOCKER_RUN: mayRun } = process.env;
for (const name of ["COWORK_DOCKER_VERSION", "COWORK_ENGINE_VERSION", "COWORK_DOCKER_RUN"]) delete process.env[name];

const { spawn } = childProcess;

const filters = (value) => `filters=${encodeURIComponent(JSON.stringify(value))}`;

/** What the client would print; undefined: ask the client. */
async function answerTo(args) {
  const [first, second, third, ...rest] = args;
  const line = args.join(" ");
  if (line === "-v") return clientVersion;
  if (line === "version --format {{.Server.Version}}") return engineVersion;
  if (first === "inspect" && second === "--type" && rest.length === 1 && /^(image|container)$/.test(third)) {
    const found = await ask(`/${third}s/${encodeURIComponent(rest[0])}/json`);
    return found && `[${found.trim()}]\n`;
  }
  if (first === "ps" && second === "-q" && third === "-a") {
    const label = rest.flatMap((word, n) => (n % 2 === 1 ? [/^label=(.*)$/s.exec(word)?.[1]] : []));
    const isPlain = rest.length % 2 === 0 && !label.includes(undefined);
    if (!isPlain || rest.some((word, n) => n % 2 === 0 && word !== "--filter")) return undefined;
    const list = await ask(`/containers/json?all=1&${filters({ label })}`);
    return list && JSON.parse(list).map(({ Id }) => `${Id.slice(0, 12)}\n`).join("");
  }
  return undefined;
}

const eventsLine = "events --format {{json .}} --filter event=start";

/** Each takes a stand-in and gives false where the client has to do it. */
const ways = {
  events: async (child) => {
    const events = await open(`/events?${filters({ event: ["start"] })}`);
    if (events === undefined) return false;
    child.onKill(() => events.destroy());
    events.on("error", () => undefined);
    events.pipe(child.stdout, { end: false });
    return true;
  },
  exec: async (child, args) => {
    const begun = await exec(args);
    if (begun === undefined) return false;
    const { socket, id } = begun;
    child.onKill(() => socket.destroy());
    give(socket, child.stdout, child.stderr);
    child.stdin.pipe(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => void exitCodeOf(id).then(child.end, () => child.end(1)));
    return true;
  },
  run: async (child, args) => {
    const id = mayRun === undefined ? undefined : await run(args);
    if (id === undefined) return false;
    void waitFor(id).then(child.end, () => child.end(125));
    return true;
  },
  answer: async (child, args) => {
    const text = await answerTo(args);
    if (text === undefined) return false;
    child.stdout.write(text);
    child.end(0);
    return true;
  },
};

/** Stands for the client's process: streams, `close`, and `kill`. */
function standIn(file, args, options) {
  const child = new EventEmitter();
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let stop = () => undefined;
  let over = false;
  /** The last word: what was written before is read first, as of a process. */
  const end = (code, signal = null) => {
    if (over) return;
    over = true;
    const read = (stream) =>
      new Promise((resolve) => {
        if (stream.readableEnded) return resolve();
        stream.once("end", resolve).end();
        if (stream.listenerCount("data") === 0) stream.resume();
      });
    void Promise.all([stdout, stderr].map(read)).then(() => child.emit("close", code, signal));
  };
  const kill = (signal = "SIGTERM") => {
    stop(signal);
    end(null, signal);
    return true;
  };
  const onKill = (how) => (over ? how() : (stop = how));
  Object.assign(child, { stdin, stdout, stderr, end, kill, onKill });
  const useClient = () => {
    const real = spawn(file, args, options);
    onKill((signal) => real.kill(signal));
    real.on("error", (error) => child.emit("error", error));
    real.on("close", end);
    if (real.stdin) stdin.pipe(real.stdin);
    real.stdout?.pipe(stdout);
    real.stderr?.pipe(stderr);
  };
  const way = ways[args.join(" ") === eventsLine ? "events" : args[0]] ?? ways.answer;
  void way(child, args).then((done) => done || over || useClient(), useClient);
  return child;
}

const known = /^(-v|version|inspect|ps|events|exec|run)$/;

childProcess.spawn = (file, args, options) =>
  file === "docker" && isThere && Array.isArray(args) && known.test(args[0])
    ? standIn(file, args, options)
    : spawn(file, args, options);
