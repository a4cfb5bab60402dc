"use strict";
// Loaded before @devcontainers/cli, in its own process. It asks the engine ten small things by ten starts of the docker client,
// one after another, which is a third of a quick `up`. Those are answered here over the engine's socket, in the client's own
// words. Whatever is not understood to the letter, or not answered with success, is left to the client.
const childProcess = require("node:child_process");
const { EventEmitter } = require("node:events");
const { Agent, request } = require("node:http");
const { PassThrough } = require("node:stream");

const { COWORK_ENGINE_SOCKET: socketPath, COWORK_DOCKER_VERSION: clientVersion } = process.env;
delete process.env.COWORK_ENGINE_SOCKET;
delete process.env.COWORK_DOCKER_VERSION;

const agent = new Agent({ keepAlive: true });
const { spawn } = childProcess;

/** The answer's head, for any status but 200 undefined. */
function open(path, options) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, servername: "", ...options });
    asked.on("error", () => resolve(undefined));
    asked.on("response", (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.resume();
      resolve(undefined);
    });
    asked.end();
  });
}

async function ask(path) {
  const answer = await open(path, { agent });
  if (answer === undefined) return undefined;
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const filters = (value) => `filters=${encodeURIComponent(JSON.stringify(value))}`;

/** What the client would print; undefined: ask the client. */
async function answerTo(args) {
  const [first, second, third, ...rest] = args;
  const line = args.join(" ");
  if (line === "-v") return clientVersion;
  if (line === "version --format {{.Server.Version}}") {
    const version = await ask("/version");
    return version && `${JSON.parse(version).Version}\n`;
  }
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

/** Stands for the client's process: streams, `close`, and `kill` for the one that never ends by itself. */
function standIn(file, args, options) {
  const child = new EventEmitter();
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  Object.assign(child, { stdin, stdout, stderr });
  let killed = false;
  let end = () => undefined;
  const close = (code, signal) => child.emit("close", code, signal);
  child.kill = (signal) => {
    killed = true;
    end(signal);
    return true;
  };
  const useClient = () => {
    const real = spawn(file, args, options);
    end = (signal) => real.kill(signal);
    real.on("error", (error) => child.emit("error", error));
    real.on("close", close);
    stdin.pipe(real.stdin);
    real.stdout.pipe(stdout);
    real.stderr.pipe(stderr);
  };
  const follow = async () => {
    const events = await open(`/events?${filters({ event: ["start"] })}`, {});
    if (killed) events?.destroy();
    if (killed) return close(null, "SIGKILL");
    if (events === undefined) return useClient();
    end = (signal) => (events.destroy(), close(null, signal ?? "SIGTERM"));
    events.on("error", () => undefined);
    events.pipe(stdout);
  };
  const answer = async () => {
    const text = await answerTo(args).catch(() => undefined);
    if (text === undefined) return useClient();
    stdout.on("end", () => close(0, null));
    stdout.end(text);
    stderr.end();
  };
  void (args.join(" ") === eventsLine ? follow() : answer());
  return child;
}

const known = /^(-v|version|inspect|ps|events)$/;

childProcess.spawn = (file, args, options) =>
  file === "docker" && socketPath !== undefined && Array.isArray(args) && known.test(args[0])
    ? standIn(file, args, options)
    : spawn(file, args, options);
