import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FeedEvent } from "../../src/contract/http/events.ts";
import type { HostState } from "../../src/contract/http/places.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { startRemoteMachine, type RemoteMachine } from "../support/remote/remote-machine.ts";
import { callSocket, startServer, tokensOf } from "../support/server/built-server.ts";

// A host's engine, the host itself and the server end in the middle of what happens there: every event arrives, and none arrives twice.

let home: TestHome;
let machine: RemoteMachine;
let cwd: string;

beforeAll(async () => {
  home = await temporaryHome();
  cwd = await sampleProject(home, "image");
  machine = await startRemoteMachine("server-restarts");
  await machine.giveAccess(home, "box", {
    lines: ["ConnectTimeout 5", "ServerAliveInterval 2", "ServerAliveCountMax 2"],
  });
  // Copies the agent's program, so that the host does not have to download it.
  const pack = execa("tar", ["-C", home.coworkHome, "-cf", "-", "lib/agents"], { buffer: false });
  await pack.pipe("docker", [
    "exec",
    "-i",
    machine.container,
    "tar",
    "-C",
    "/root",
    "--transform",
    "s,^,.cowork/,",
    "-xf",
    "-",
  ]);
  await onHost("chmod 700 /root/.cowork");
});

afterAll(async () => {
  await machine?.remove();
  await home?.remove();
});

async function onHost(line: string): Promise<void> {
  const { code, stdout, stderr } = await machine.sh(line);
  if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
}

async function cowork(...args: string[]): Promise<void> {
  const { code, stderr } = await runCowork(args, { home, cwd });
  expect(code, `${args.join(" ")}: ${stderr}`).toBe(0);
}

async function ask<T>(path: string): Promise<T> {
  return JSON.parse((await callSocket(home, `GET ${path}`)).text) as T;
}

const stateOfBox = async (): Promise<string | undefined> =>
  (await ask<{ hosts: HostState[] }>("/hosts")).hosts.find(({ name }) => name === "box")?.state;

const engineEnds = "pkill -x dockerd; while pgrep -x dockerd; do sleep 0.2; done; pkill -x containerd; sleep 1";
const engineStarts =
  "rm -f /var/run/docker.pid; (setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &); until docker info >/dev/null 2>&1; do sleep 0.3; done";
const hostEnds = `pkill -9 sshd; pkill -9 -f "[/]root/.cowork/lib"; ${engineEnds}`;
const hostStarts = `/usr/sbin/sshd -o PerSourcePenalties=no -o MaxStartups=100; ${engineStarts}`;

test("what happens on a host reaches the feed once, whatever restarts in the middle", async () => {
  const said: string[] = [];
  const say = async (text: string): Promise<void> => {
    said.push(text);
    await cowork("connect", "a", "--", "cowork", "notify", text);
  };
  const heard = async (): Promise<(string | undefined)[]> => {
    const { events } = await ask<{ events: FeedEvent[] }>("/events?type=session.notify&limit=2000");
    return events.map(({ data }) => (data as { detail?: string }).detail);
  };
  await cowork("host", "add", "box", "box");
  await cowork("--host", "box", "init", "a");
  const first = await startServer(home);
  const token = (await tokensOf(home, first.port)).view;
  const stream = await fetch(`http://127.0.0.1:${first.port}/api/v1/stream?type=session.notify`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  let streamed = "";
  const reading = (async () => {
    const text = new TextDecoder();
    for await (const part of stream.body ?? []) streamed += text.decode(part, { stream: true });
  })().catch(() => undefined);
  await say("one");
  await expect.poll(heard).toEqual(said);

  await onHost(engineEnds);
  await onHost(engineStarts);
  await cowork("start", "a");
  await say("after the engine");
  await expect.poll(heard, { timeout: 60_000 }).toEqual(said);

  await onHost(hostEnds);
  await expect.poll(stateOfBox, { timeout: 60_000 }).toBe("unreachable");
  await onHost(hostStarts);
  await cowork("start", "a");
  await say("after the host");
  await expect.poll(heard, { timeout: 60_000 }).toEqual(said);
  expect(await stateOfBox()).toBe("reachable");
  for (const text of said) expect(streamed.split(JSON.stringify(text)), text).toHaveLength(2);

  first.kill();
  await first.ended;
  await reading;
  await say("while no server runs");
  await onHost(hostEnds);
  const second = await startServer(home);
  await onHost(hostStarts);
  await cowork("start", "a");
  await say("after all of it");
  await expect.poll(heard, { timeout: 60_000 }).toEqual(said);
  const { events } = await ask<{ events: FeedEvent[] }>("/events?limit=2000");
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  const own = events.filter(({ host }) => host === "box").map(({ n }) => n);
  expect(own.toSorted((a, b) => a - b)).toEqual(own.map((_, index) => index + 1));
  await cowork("serve", "--stop");
  expect(await second.ended).toBe(0);
});
