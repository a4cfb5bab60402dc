import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { ApprovalView } from "../../src/contract/work/approval.ts";
import type { RunView } from "../../src/contract/work/run.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";
import { openTerminal, type TmuxTerminal } from "../support/tmux-terminal.ts";

// `cowork open` with the built file, the real agent and the stand-in, on a terminal of 80 columns and 24 rows.

let vendor: Vendor;
let home: TestHome;
let cwd: string;
/** tmux' own folder of sockets: homes at the default place share a server */
let sockets: string;
const terminals: TmuxTerminal[] = [];

const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd, env: variables() });
const variables = (): Record<string, string> => ({ COWORK_BASE_IMAGE: vendor.image, TMUX_TMPDIR: sockets });
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}
async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse((await done(...args, "--json")).stdout) as T;
}
/** A cowork command on a terminal, as a person types it. */
async function onTerminal(...args: string[]): Promise<TmuxTerminal> {
  const env = userEnvironment(home, { TERM: "xterm-256color", ...variables() });
  const words = Object.entries(env).map((pair) => pair.join("="));
  const line = home.asUser(["env", "-i", "-C", cwd, ...words, "cowork", ...args]);
  const terminal = await openTerminal(line, { columns: 80, rows: 24 });
  terminals.push(terminal);
  return terminal;
}
/** A machine that runs other tests may be slow. */
const shows = async (terminal: TmuxTerminal, what: RegExp | string): Promise<void> => {
  const expected = typeof what === "string" ? expect.stringContaining(what) : expect.stringMatching(what);
  await vi.waitFor(async () => expect(await terminal.screen()).toEqual(expected), { timeout: 90_000, interval: 200 });
};
const bash = (command: string): { name: string; input: object } => ({
  name: "Bash",
  input: { command, description: "made up" },
});

/** The program refuses a long `sleep`. */
const endless = bash("tail -f /dev/null");

interface Listed {
  name: string;
  agentState: { state: string; detail?: string };
  run?: RunView;
}
const state = async (): Promise<string> => {
  const { sessions } = await json<{ sessions: Listed[] }>("list");
  return sessions.map(({ name, agentState }) => `${name} ${agentState.state}`).join(", ");
};
/** The conversation that the agent started last. */
const startedLast = async (): Promise<unknown> => {
  const lines = (await done("events", "--type", "agent.started", "--json")).stdout.trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { data: { conversation?: string } });
  return events.at(-1)?.data.conversation;
};

beforeAll(async () => {
  vendor = await startVendor("e2e-open");
  home = await temporaryHome();
  sockets = await mkdtemp(join(tmpdir(), "cowork-test-"));
  cwd = await sampleProject(home, "none", { name: "shop" });
  await done("init", "api");
  await vendor.adoptSessions(home.hash);
});

afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.close();
});

afterAll(async () => {
  // Also ends the tmux server.
  await cowork("stop", "--all");
  await home?.remove();
  await rm(sockets, { recursive: true, force: true });
  await vendor?.stop();
});

it("without a login nothing is created", async () => {
  const terminal = await onTerminal("open", "other");
  await shows(terminal, /cowork auth login[^]*code=5/);
  expect(await state()).toBe("api none");
  await logInOnTerminal(home, vendor, cwd);
});

it("opens the agent with a prompt, goes on when the terminal leaves, and takes more by send", async () => {
  const terminal = await onTerminal("open", "api", "--", script([{ text: "Hello from the agent." }]));
  await shows(terminal, "● Hello from the agent.");
  await terminal.type("C-b", "d");
  await shows(terminal, /The agent in api goes on[^]*code=0/);
  expect(await json("send", "api", `${script([{ text: "More from the agent." }])}\nand a second line`)).toMatchObject({
    how: "typed",
  });
  const again = await onTerminal("api");
  await shows(again, "● More from the agent.");
  expect(await again.screen()).toContain("and a second line");
});

it("a person's half-typed text is not sent, and a question takes no text", async () => {
  const terminal = await onTerminal("open", "api");
  await shows(terminal, "manual mode on");
  await terminal.type("-l", "half typed");
  await shows(terminal, "half typed");
  const refused = await cowork("send", "api", "more");
  expect({ code: refused.code, shown: refused.stderr }).toEqual({
    code: 1,
    shown: expect.stringContaining("was not sent"),
  });
  expect(await terminal.screen()).toContain("half typed");
  await terminal.type("C-u");
  await done("send", "api", script([{ tools: [bash("touch asked")] }, { text: "Asked and done." }]));
  await done("wait", "api", "--for", "waiting", "--timeout", "2m");
  const open = await cowork("send", "api", "during the question");
  expect({ code: open.code, shown: open.stderr }).toEqual({
    code: 1,
    shown: expect.stringContaining("cowork approvals"),
  });
  await shows(terminal, "Do you want to proceed?");
  const { approvals } = await json<{ approvals: ApprovalView[] }>("approvals");
  expect(approvals).toMatchObject([{ session: "api", tool: "Bash", text: "touch asked" }]);
  await done("approve", approvals[0]?.id ?? "");
  await shows(terminal, "● Asked and done.");
  expect((await done("connect", "api", "--", "ls")).stdout).toContain("asked");
  expect(await terminal.screen()).not.toContain("during the question");
  // Esc to the terminal ends what it does. A prompt to an agent that is busy would be answered in the turn before.
  await done("wait", "api", "--for", "idle", "--timeout", "2m");
  await done("send", "api", script([{ tools: [endless] }]));
  // Interrupted before its command runs, the agent would put the prompt back into its input.
  await shows(terminal, "Do you want to proceed?");
  const [asked] = (await json<{ approvals: ApprovalView[] }>("approvals")).approvals;
  await done("approve", asked?.id ?? "");
  await vi.waitFor(async () => expect(await state()).toContain("api working"), { timeout: 90_000, interval: 300 });
  expect(await json("interrupt", "api")).toMatchObject({ how: "agent" });
  expect(await state()).toContain("api idle");
  await terminal.type("/exit", "Enter");
  await shows(terminal, /The agent in api has ended[^]*code=0/);
  expect(await json("interrupt", "api")).toMatchObject({ how: "nothing" });
});

it("takes a run over into the terminal, and gives its conversation back", async () => {
  await done("run", "api", script([{ tools: [endless] }, { text: "Never." }]), "--permissions", "all");
  const begun = async (): Promise<void> => expect((await done("logs", "api")).stdout).toContain("● Bash  tail");
  await vi.waitFor(begun, { timeout: 90_000, interval: 300 });
  expect(await state()).toContain("api working");
  const terminal = await onTerminal("open", "api");
  await shows(terminal, /Run api:1 is active[^]*terminal\?/);
  await terminal.type("y", "Enter");
  await shows(terminal, "manual mode on");
  const { runs } = await json<{ runs: RunView[] }>("runs", "api");
  expect(runs).toMatchObject([{ id: "api:1", state: "stopped", reason: "user" }]);
  expect(await startedLast()).toBe(runs[0]?.conversation);
  const busy = await cowork("run", "api", "x", "--resume");
  expect({ code: busy.code, shown: busy.stderr }).toEqual({
    code: 1,
    shown: expect.stringContaining("is open in the terminal"),
  });
  await done("wait", "api", "--for", "idle", "--timeout", "2m");
  expect(await json("send", "api", script([{ text: "In the terminal." }]))).toMatchObject({ how: "typed" });
  await shows(terminal, "● In the terminal.");
  await terminal.type("/exit", "Enter");
  await shows(terminal, /code=0/);
  await done("run", "api", script([{ text: "Back again." }]), "--resume");
  await done("wait", "api", "--timeout", "2m");
  const after = (await json<{ runs: RunView[] }>("runs", "api")).runs;
  expect(after[0]).toMatchObject({ id: "api:2", state: "completed", conversation: runs[0]?.conversation });
});

it("--rm deletes the session at the end, but not work", async () => {
  const terminal = await onTerminal("open", "short", "--rm");
  await vi.waitFor(
    async () => {
      await vendor.adoptSessions(home.hash);
      expect(await terminal.screen()).toContain("manual mode on");
    },
    { timeout: 90_000, interval: 300 },
  );
  await done("connect", "short", "--", "touch", "left");
  await terminal.type("/exit", "Enter");
  await shows(terminal, /unsaved work[^]*short is kept[^]*code=0/);
  await done("connect", "short", "--", "rm", "left");
  const again = await onTerminal("open", "short", "--rm");
  await shows(again, "manual mode on");
  await again.type("/exit", "Enter");
  await shows(again, /short {2}removed[^]*code=0/);
  expect(await state()).not.toContain("short");
});

it("watch shows who asks first, at three sizes; a shows the question whole, and answering lets it run", async () => {
  await done("init", "aaa");
  await vendor.adoptSessions(home.hash);
  await done(
    "run",
    "aaa",
    script([{ tools: [bash("tail -f /dev/null")] }, { text: "Never." }]),
    "--permissions",
    "all",
  );
  const terminal = await onTerminal("watch");
  await shows(terminal, /No agent needs you\.[^]*› ● {2}aaa +working[^]*\n {2}\S {2}api /);
  const task = script([{ tools: [bash("touch watched")] }, { text: "Watched." }]);
  await done("run", "api", task, "--permissions", "ask");
  // It comes first. The selection stays where it was.
  const first = /^1 needs you: api .*2 sessions\n.*\n {2}\? {2}api +waiting: approval .*Bash: touch.*\n› ● {2}aaa /;
  await shows(terminal, first);
  await terminal.resize(60, 15);
  await shows(terminal, first);
  await shows(terminal, /a answer.*q quit$/m);
  await terminal.resize(200, 50);
  await shows(terminal, first);
  await shows(terminal, /i interrupt {2}n new {2}\/ filter/);
  await terminal.resize(80, 24);
  await shows(terminal, /p pull {2}n new/);
  // No single key allows anything.
  await terminal.type("y");
  await terminal.type("a");
  await shows(terminal, /│ touch watched\n {2}Whole text shown[^]*o open {3}⏎ skip\n {2}›/);
  await terminal.type("y");
  expect((await json<{ approvals: ApprovalView[] }>("approvals")).approvals).toHaveLength(1);
  await terminal.type("Enter");
  await shows(terminal, /✓ {2}api .*run api:\d+ completed[^]*Answered one question\./);
  expect((await done("connect", "api", "--", "ls")).stdout).toContain("watched");
  // Two keys stop what the selected one does.
  await terminal.type("i");
  await shows(terminal, "Stop what the agent in aaa does now?");
  await terminal.type("y");
  await shows(terminal, "Interrupted the run in aaa.");
  await terminal.type("q");
  await shows(terminal, "code=0");
});
