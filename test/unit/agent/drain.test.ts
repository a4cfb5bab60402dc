import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { drainWords, processWords } from "../../../src/agent/inside.ts";
import { getAgent } from "../../../src/agent/catalog.ts";
import { restingAgent, sampleAgent } from "../../support/fakes/sample-agent.ts";
import { tree } from "../../support/git/tree.ts";
import { startNamed, uniqueName } from "../../support/named-process.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

// Real processes of this machine, ended by the script as it is. Each test's processes have a name of their own.

const script = join(tree, "templates/agent/bin/agent-drain");
let folder: string;
let name: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  name = uniqueName();
});

const start = async (place: string): Promise<ChildProcess> => await startNamed(join(folder, place, name));

const drain = async (...words: string[]) => await execa("/bin/sh", [script, ...words], { reject: false });
const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

test("processes with the agent's name are ended, wherever their program is", async () => {
  const [one, two] = [await start("agents/sample"), await start("usr/bin")];
  const ended = Promise.all([once(one, "exit"), once(two, "exit")]);
  expect((await drain(name, "", "", "1", "5")).exitCode).toBe(0);
  expect((await ended).map(([, signal]) => signal)).toEqual(["SIGTERM", "SIGTERM"]);
});

test("if other programs have that name, only those of the installation are ended", async () => {
  const [its, other] = [await start("agents/sample"), await start("usr/bin")];
  const ended = once(its, "exit");
  expect((await drain(name, `${folder}/agents/sample/`, "", "1", "5")).exitCode).toBe(0);
  await ended;
  expect(isAlive(other)).toBe(true);
});

test("the lock is taken before the signal, and given back; without one nothing is taken", async () => {
  const vault = join(folder, "vault");
  await mkdir(join(vault, "lock"), { recursive: true });
  const child = await start("agents");
  const drained = drain(name, "", join(vault, "lock"), "60", "5");
  expect(isAlive(child)).toBe(true);
  const ended = once(child, "exit");
  await rmdir(join(vault, "lock"));
  await ended;
  expect((await drained).exitCode).toBe(0);
  expect(await readdir(vault)).toEqual([]);
});

test("without arguments it reads the file of the session's agent", async () => {
  const child = await start("agents/sample");
  const session = join(folder, "session");
  await mkdir(session);
  const text = (await readFile(script, "utf8")).replaceAll("/opt/cowork/session", session);
  const alone = async () => await execa("/bin/sh", ["-c", text], { reject: false });
  expect((await alone()).exitCode).toBe(0);
  expect(isAlive(child)).toBe(true);
  await writeFile(join(session, "agent-sample"), `version=1\nprocess=${name}\nstart=${folder}/agents/sample/\n`);
  const ended = once(child, "exit");
  expect((await alone()).exitCode).toBe(0);
  await ended;
});

test("what is looked for is the agent's own", () => {
  expect(drainWords(getAgent("claude"), 30, 5)).toEqual([
    "agent-drain",
    "claude",
    "",
    "/cowork/auth/claude/.oauth_refresh.lock",
    "30",
    "5",
  ]);
  const only = { pid: "7", startTicks: "8" };
  expect(drainWords(sampleAgent, 30, 5, only)).toEqual([
    "agent-drain",
    "MainThread",
    "/opt/cowork/agents/sample/",
    "/cowork/auth/sample/.renewal.lock",
    "30",
    "5",
    "7",
    "8",
  ]);
  expect(drainWords(restingAgent, 30, 5)[3]).toBe("");
  expect(processWords(getAgent("claude"))).toEqual(["claude", ""]);
});
