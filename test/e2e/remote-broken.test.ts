import { randomBytes } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../src/session/types.ts";
import { type Blow, cutConnections, runAndStrike } from "../support/cut.ts";
import { temporaryHome, type TestHome } from "../support/home.ts";
import { type RemoteMachine, startRemoteMachine } from "../support/remote-machine.ts";
import { runCowork, type CoworkResult } from "../support/run-cowork.ts";
import { commitAll, git, sampleProject } from "../support/sample-project.ts";

/** What a network, a machine and a disk elsewhere can do to a command: it comes back by itself, or says what to do. */
let home: TestHome;
let machine: RemoteMachine;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
const strike = (args: string[], ...blows: Blow[]): Promise<CoworkResult> => runAndStrike(args, { home, cwd }, blows);

/** On the machine; a code other than 0 is an error. */
async function there(line: string): Promise<string> {
  const { code, stdout, stderr } = await machine.sh(line);
  if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
  return stdout.trim();
}
const containers = async (id: string): Promise<string[]> =>
  (await there(`docker ps -aq --filter label=cowork.session=${id}`)).split("\n").filter((line) => line !== "");
const sessionsOf = ({ stdout }: CoworkResult): SessionView[] =>
  (JSON.parse(stdout) as { sessions: SessionView[] }).sessions;
/** No stack trace, and a next step. */
function expectClear(result: CoworkResult): void {
  expect(result.stderr).not.toMatch(/\n\s+at /);
}

const impatient = ["ConnectTimeout 5", "ServerAliveInterval 2", "ServerAliveCountMax 2"];

beforeAll(async () => {
  home = await temporaryHome();
  cwd = await sampleProject(home, "image", { files: { "big.bin": randomBytes(15_000_000).toString("hex") } });
  const here = cowork("init", "here");
  machine = await startRemoteMachine("remote-broken");
  await machine.letIn(home, "box", { lines: impatient });
  expect((await here).code, (await here).stderr).toBe(0);
  // The agent's program was fetched here: that the machine can fetch it too is not what this is about.
  const lib = execa("tar", ["-C", home.coworkHome, "-cf", "-", "lib/agents"], { buffer: false });
  await lib.pipe("docker", [
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
  await there("chmod 700 /root/.cowork");
});
afterAll(async () => {
  await machine.remove();
  await home.remove();
});

describe("a connection that is cut", () => {
  it("while Node is sent, the project is sent, the container comes up: init comes back each time and ends well", async () => {
    const cutWhen = (when?: string) => () => cutConnections(machine, when);
    const result = await strike(
      ["--host", "box", "init", "a", "--json"],
      { at: /sending Node/, do: cutWhen("ls /root/.cowork/lib/node/bin/.in.*") },
      { at: /sending cowork/, do: cutWhen("ls /root/.cowork/lib/remote/*/.in.*") },
      {
        at: /sending the project: /,
        do: cutWhen('[ -n "$(find /root/.cowork/projects/*.git/cowork-incoming -size +1000k)" ]'),
      },
      { at: /MB is there already/, do: () => undefined },
      { at: /a {2}container {2}starting/, do: cutWhen() },
    );
    expect(result.code, result.stderr).toBe(0);
    expect(sessionsOf(result)).toMatchObject([{ name: "a", host: "box", state: "running" }]);
    expect(await containers("app-a")).toHaveLength(1);
    expect(await there("ls -A /root/.cowork/projects/app.git/cowork-incoming /root/.cowork/lib/node/bin")).not.toMatch(
      /bundle|\.in\./,
    );
    const inside = await cowork("connect", "a", "--", "git", "status", "--porcelain");
    expect(inside).toMatchObject({ code: 0, stdout: "" });
  });
});
