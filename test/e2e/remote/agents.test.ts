import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import type { ClaimView } from "../../../src/contract/merging/claims.ts";
import type { ConflictsOutput } from "../../../src/contract/merging/conflicts.ts";
import type { ApprovalView } from "../../../src/contract/work/approval.ts";
import type { RunView } from "../../../src/contract/work/run.ts";
import { claude } from "../../../src/agent/claude/agent.ts";
import { git, sampleProject } from "../../support/git/sample-project.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../../support/home/run-cowork.ts";
import { remoteAccount, type RemoteAccount } from "../../support/remote/remote-account.ts";
import { loopbackService } from "../../support/services/loopback-service.ts";
import { openTerminal, type TmuxTerminal } from "../../support/tmux-terminal.ts";

// The main job over SSH: between two commands nothing of this machine runs. The host's engine cannot reach the stand-in for the
// vendor, so a script takes the agent's place there; it asks through the real hook.

let home: RemoteAccount;
let cwd: string;

const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await done(...args, "--json")).stdout) as T;

/** What Claude Code gives to its hook before it runs a command. */
const ask = `#!/bin/sh
printf '{"session_id":"%s","cwd":"%s","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"make there"}}\\n' "$1" "$PWD" |
  /opt/cowork/bin/agent-approve | grep -q '"behavior":"allow"'
`;

/** Puts the script in the agent's place on the host, with a login of made-up tokens that nothing sends anywhere. */
async function placeAgent(): Promise<void> {
  const expiresAt = Date.now() + 8 * 3600_000;
  const login = { accessToken: "made-up", refreshToken: "made-up", expiresAt, scopes: ["user:inference"] };
  const parts = ["fake-terminal-agent.sh", "fake-agent.sh"].map(
    async (name) => await readFile(new URL(`../../support/runs/${name}`, import.meta.url)),
  );
  const agent = Buffer.concat(await Promise.all(parts)).toString("base64");
  const credentials = Buffer.from(JSON.stringify({ claudeAiOauth: login })).toString("base64");
  const { coworkHome } = home.machine;
  const vault = `${coworkHome}/auth/claude`;
  const { code, stderr } = await home.machine.sh(
    [
      "set -e",
      `program=$(echo ${coworkHome}/lib/agents/claude/${claude.install.pinned}/linux-*/claude)`,
      `rm -f $program; echo ${agent} | base64 -d >$program; chmod 755 $program`,
      `install -d -m 700 -o 1000 -g 1000 ${coworkHome}/auth ${vault}`,
      `echo ${credentials} | base64 -d >${vault}/.credentials.json`,
      `chown 1000:1000 ${vault}/.credentials.json; chmod 600 ${vault}/.credentials.json`,
    ].join("\n"),
  );
  expect(code, stderr).toBe(0);
}

async function onTerminal(...args: string[]): Promise<TmuxTerminal> {
  const words = Object.entries(userEnvironment(home, { TERM: "xterm-256color" })).map((pair) => pair.join("="));
  const terminal = await openTerminal(["env", "-i", "-C", cwd, ...words, "cowork", ...args], { columns: 80, rows: 24 });
  onTestFinished(() => terminal.close());
  return terminal;
}

/** Starts the one notifier of this machine. @returns what it sends to its webhook */
async function startNotifier(): Promise<{ texts: () => string[] }> {
  const service = await loopbackService();
  const conf = `NOTIFY=webhook\nNOTIFY_WEBHOOK_URL=${service.url}\nNOTIFY_WEBHOOK_SECRET=made-up-secret-of-the-test\n`;
  const own = join(home.coworkHome, ".cowork.conf");
  const before = await readFile(own, "utf8").catch(() => "");
  await writeFile(own, before + conf, { mode: 0o600 });
  const env = userEnvironment(home);
  const server = execa(join(home.bin, "cowork"), ["serve"], { cwd, env, extendEnv: false, reject: false });
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await server;
    await writeFile(own, before, { mode: 0o600 });
  });
  return { texts: () => service.received.map(({ body }) => body) };
}

beforeAll(async () => {
  home = await remoteAccount();
  cwd = await sampleProject(home, "none", { name: "shop", files: { "ask.sh": ask } });
  await done("init", "api");
  await placeAgent();
});

afterAll(() => home?.remove());

it("hands a task to a host, answers its question from here, and pulls the work", async () => {
  const task = "@@if sh ask.sh $conversation; then echo there >there.txt; good made; else good refused; fi@@";
  const { run } = await json<{ run: RunView }>("run", "api", task, "--permissions", "ask");
  expect(run).toMatchObject({ id: "api:1", host: "box" });
  await done("wait", "api", "--for", "waiting", "--timeout", "2m");
  const { sessions } = await json<{ sessions: { host: string; approvals: number }[] }>("list");
  expect(sessions).toMatchObject([{ host: "box", approvals: 1 }]);
  const { approvals } = await json<{ approvals: ApprovalView[] }>("approvals");
  expect(approvals).toMatchObject([{ host: "box", run: "api:1", text: "make there" }]);
  // The person sees the question on the screen, and the notifier of this machine reports it, once.
  const sent = await startNotifier();
  const terminal = await onTerminal("watch");
  await terminal.shows(/^1 needs you: api .*\n.*HOST.*\n› \? {2}api +box .*1 approval/);
  await vi.waitFor(() => expect(sent.texts().filter((text) => text.includes("asks for approval"))).toHaveLength(1), {
    timeout: 60_000,
    interval: 100,
  });
  expect(sent.texts().join("\n")).toContain("box");
  await terminal.type("a");
  await terminal.shows(/│ make there\n {2}Whole text shown[^]*⏎ skip\n {2}›/);
  await terminal.type("y", "Enter");
  await terminal.shows(/Answered one question\./);
  await done("pull", "api", "--wait");
  expect(await git(cwd, "show", "api:there.txt")).toBe("there");
  const { runs } = await json<{ runs: RunView[] }>("runs");
  expect(runs).toMatchObject([{ id: "api:1", host: "box", state: "completed", result: "made" }]);
  const events = (await done("events", "--json")).stdout.trim().split("\n");
  const ids = events.map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids.filter((id) => !id.startsWith("box:api:"))).toEqual([]);
  await done("runs", "api:1", "--save", "saved");
  expect((await done("logs", "api:1")).stdout).toContain("made");
});

it("conflicts and claims know a session on this machine and one on the host", async () => {
  await done("--host", "local", "init", "here");
  const edit = (name: string): string => `echo ${name} >README.md; echo ${name} >${name}.txt`;
  for (const name of ["api", "here"]) await done("connect", name, "--", "sh", "-c", edit(name));
  const found = await cowork("conflicts", "--json");
  expect(found.code, found.stderr).toBe(8);
  const { sessions, pairs } = JSON.parse(found.stdout) as ConflictsOutput;
  expect(sessions.map(({ name, host, judged }) => `${name}@${host} ${judged}`).toSorted()).toEqual([
    "api@box true",
    "here@local true",
  ]);
  const shown = pairs.map(({ a, b, class: kind, paths }) => [[a, b].toSorted(), kind, paths.map(({ path }) => path)]);
  expect(shown).toContainEqual([["api", "here"], "textual", ["README.md"]]);
  await done("claim", "api", "src/**", "--exclusive", "--why", "moving it");
  const refused = await cowork("claim", "here", "src/a.ts", "--json");
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
    1,
    { error: { code: "CLAIMED", message: expect.stringContaining("api@box") as string } },
  ]);
  const { claims } = await json<{ claims: ClaimView[] }>("claim");
  // What each was seen to have changed is an intent, on its own host.
  expect(claims.map(({ session, host, mode }) => `${session}@${host} ${mode}`).toSorted()).toEqual([
    "api@box exclusive",
    "api@box intent",
    "here@local intent",
  ]);
  await done("claim", "api", "--release");
  await done("claim", "here", "src/a.ts");
});

it("an agent in a terminal on the host takes a prompt, goes on when the terminal leaves, and takes more by send", async () => {
  const terminal = await onTerminal("open", "api", "--", "first words");
  await terminal.shows("Got: first words");
  await terminal.type("C-b", "d");
  await terminal.shows(/The agent in api goes on/);
  expect(await json("send", "api", "and the docs")).toMatchObject({ how: "typed" });
  const again = await onTerminal("open", "api");
  await again.shows("Got: and the docs");
  await again.type("C-d");
  await again.shows(/The agent in api has ended/);
});
