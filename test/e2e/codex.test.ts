import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { ApprovalView } from "../../src/contract/work/approval.ts";
import type { RunView } from "../../src/contract/work/run.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { logInToCodex } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";
import { openTerminal } from "../support/tmux-terminal.ts";

// Codex as a user has it: the built file, the real program and a stand-in of its vendor.

let vendor: Vendor;
let home: TestHome;
let cwd: string;
/** tmux' own folder of sockets: homes at the default place share a server */
let sockets: string;

const variables = (): Record<string, string> => ({ COWORK_BASE_IMAGE: vendor.image, TMUX_TMPDIR: sockets });
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd, env: variables() });
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}
async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse((await done(...args, "--json")).stdout) as T;
}

beforeAll(async () => {
  vendor = await startVendor("e2e-codex");
  home = await temporaryHome();
  sockets = await mkdtemp(join(tmpdir(), "cowork-test-"));
  cwd = await sampleProject(home, "none", { name: "shop" });
});

afterAll(async () => {
  // Also ends the tmux server.
  await cowork("stop", "--all");
  await home?.remove();
  await rm(sockets, { recursive: true, force: true });
  await vendor?.stop();
});

it("logs in by device code, and every session of the agent uses it", async () => {
  const { code, stderr } = await cowork("init", "a", "b", "--agent", "codex");
  await vendor.adoptSessions(home.hash);
  expect({ code, hint: stderr.includes("cowork auth login --agent codex") }).toEqual({ code: 0, hint: true });
  expect((await cowork("run", "a", "hi")).code).toBe(5);
  expect(await logInToCodex(home, vendor, cwd)).toContain("MADE-UP00");
  await done("run", "a", "hi", "--wait");
  const { runs } = await json<{ runs: RunView[] }>("runs", "a");
  expect(runs).toMatchObject([{ agent: "codex", state: "completed", result: "made-up answer", unpriced: true }]);
  const { sessions } = await json<{ sessions: { name: string; agent: string; agentState: { state: string } }[] }>(
    "list",
  );
  expect(sessions.map(({ name, agent, agentState }) => [name, agent, agentState.state])).toEqual([
    ["a", "codex", "ended"],
    ["b", "codex", "none"],
  ]);
});

it("refuses a limit of money, which it could not keep", async () => {
  const { code, stderr } = await cowork("run", "a", "hi", "--budget", "2");
  expect({ code, why: stderr.includes("does not tell what it costs") }).toEqual({ code: 2, why: true });
});

it("a run's question is answered from outside", async () => {
  const patch = { name: "apply_patch", input: "*** Begin Patch\n*** Add File: added.txt\n+hello\n*** End Patch" };
  await done("run", "a", script([{ tools: [patch] }, { text: "Added." }]));
  await done("wait", "a", "--for", "waiting", "--timeout", "2m");
  const { approvals } = await json<{ approvals: ApprovalView[] }>("approvals");
  expect(approvals).toMatchObject([{ session: "a", run: "a:2", tool: "apply_patch" }]);
  await done("approve", approvals[0]?.id ?? "");
  await done("wait", "a", "--timeout", "2m");
  await done("pull", "a", "--wait", "--ff");
  const { runs } = await json<{ runs: RunView[] }>("runs", "a:2");
  expect(runs).toMatchObject([{ state: "completed", result: "Added." }]);
  expect(runs[0]?.commit).toMatch(/^[0-9a-f]{40}$/);
  expect((await done("logs", "a")).stdout).toContain("Added.");
});

it("an active run takes no more text, and ends when it is interrupted", async () => {
  await vendor.control({ codex: { messages: { hang: true } } });
  await done("run", "a", "never ends");
  await expect.poll(async () => (await vendor.journal()).some(({ hangs }) => hangs)).toBe(true);
  const { code, stderr } = await cowork("send", "a", "more");
  expect({ code, why: stderr.includes("one prompt at a time") }).toEqual({ code: 1, why: true });
  await done("interrupt", "a");
  await vendor.control({});
  expect((await cowork("wait", "a", "--timeout", "2m")).code).toBe(6);
  expect((await json<{ runs: RunView[] }>("runs", "a")).runs[0]).toMatchObject({ state: "stopped", reason: "user" });
});

it("starts in a terminal without a first-run screen", async () => {
  const env = userEnvironment(home, { TERM: "xterm-256color", ...variables() });
  const words = Object.entries(env).map((pair) => pair.join("="));
  const command = ["cowork", "open", "b", "--", script([{ text: "Hello from Codex." }])];
  const terminal = await openTerminal(home.asUser(["env", "-i", "-C", cwd, ...words, ...command]), {
    columns: 100,
    rows: 30,
  });
  const screen = expect.stringMatching(/• Hello from Codex\./);
  await vi.waitFor(async () => expect(await terminal.screen()).toEqual(screen), { timeout: 90_000, interval: 200 });
  await vi.waitFor(
    async () => {
      const { sessions } = await json<{ sessions: { name: string; agentState: { state: string } }[] }>("list");
      expect(sessions.find(({ name }) => name === "b")?.agentState.state).toBe("idle");
    },
    { timeout: 30_000, interval: 500 },
  );
  await terminal.close();
});

it("logs out all sessions at once", async () => {
  const stop = vendor.adoptLogin(home.hash);
  await done("auth", "logout", "--agent", "codex").finally(stop);
  expect((await vendor.journal()).filter(({ what }) => what === "logout")).toHaveLength(1);
  expect((await cowork("run", "a", "hi")).code).toBe(5);
});
