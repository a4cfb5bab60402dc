import { spawn } from "node:child_process";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { coworkPaths } from "../src/system/paths.ts";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import type { Place } from "./place.ts";

/** `cowork serve` in a process of its own. */
export interface Server {
  pid: number;
  /** requests over the unix socket; the path is below `/api/v1` */
  get(path: string): Promise<string>;
  /** calls back with each piece of the stream */
  stream(query: string, onText: (text: string) => void): Promise<{ close(): void }>;
  stop(): Promise<void>;
}

export async function startServer({ home }: Place): Promise<Server> {
  const child = spawn(join(home.bin, "cowork"), ["serve", "--json"], {
    env: userEnvironment(home),
    cwd: home.home,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => void child.once("exit", () => done()));
  await Promise.race([new Promise<void>((done) => void child.stdout.once("data", () => done())), ended]);
  const { serveSocket } = coworkPaths(home.coworkHome);
  return {
    pid: child.pid ?? 0,
    get: async (path) => await textOf(await open(serveSocket, path)),
    stream: async (query, onText) => {
      const answer = await open(serveSocket, `/stream${query}`);
      answer.setEncoding("utf8").on("data", onText);
      return { close: () => void answer.destroy() };
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Sends a request over a unix socket, and waits for the head of the answer. */
export async function open(socketPath: string, path: string): Promise<IncomingMessage> {
  return await new Promise((done, fail) => {
    const asked = request({ socketPath, path: `/api/v1${path}`, headers: { Host: "cowork" } }, (answer) => {
      if (answer.statusCode === 200) done(answer);
      else fail(new Error(`${path}: ${answer.statusCode}`));
    });
    asked.on("error", fail).end();
  });
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const parts = await answer.setEncoding("utf8").toArray();
  return parts.join("");
}
