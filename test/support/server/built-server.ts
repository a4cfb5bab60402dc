import { spawn } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import type { SignInLink } from "../../../src/contract/http/auth.ts";
import { roles, type Role } from "../../../src/contract/http/route.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import type { TestHome } from "../home/home.ts";
import { userEnvironment } from "../home/run-cowork.ts";

export interface BuiltServer {
  pid: number;
  port: number;
  kill(): void;
  /** its exit code; null: it was killed */
  ended: Promise<number | null>;
}

/** Starts `cowork serve` of the built file and waits until it serves. */
export async function startServer(home: TestHome): Promise<BuiltServer> {
  const server = spawn(join(home.bin, "cowork"), ["serve", "--json"], {
    env: userEnvironment(home),
    cwd: home.home,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<number | null>((done) => void server.once("exit", done));
  const ready = new Promise<string>((done) => {
    let text = "";
    server.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("}")) done(text);
    });
  });
  const { pid, port } = JSON.parse(await ready) as { pid: number; port: number };
  return { pid, port, kill: () => void server.kill("SIGKILL"), ended };
}

/** A call of a server in a process of its own over its unix socket. */
export async function callSocket(
  home: Pick<TestHome, "coworkHome">,
  line: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const { serveSocket: socketPath } = coworkPaths(home.coworkHome);
  const [method, path] = line.split(" ");
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  return await new Promise((done, fail) => {
    const asked = request(
      { socketPath, method, path: `/api/v1${path}`, headers: { Host: "cowork", ...headers } },
      (answer) => {
        let got = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (got += chunk));
        answer.on("end", () => done({ status: answer.statusCode ?? 0, text: got }));
      },
    );
    asked.on("error", fail).end(text);
  });
}

/** Signs one device in for each role. */
export async function tokensOf(home: Pick<TestHome, "coworkHome">, port: number): Promise<Record<Role, string>> {
  const tokens: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const { url } = JSON.parse((await callSocket(home, "POST /devices/links", { role })).text) as SignInLink;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/auth/exchange`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: url.split("#code=")[1], name: role }),
    });
    tokens[role] = ((await answer.json()) as { token: string }).token;
  }
  return tokens as Record<Role, string>;
}
