import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ClaimView } from "../../src/contract/merging/claims.ts";
import type { ApprovalView } from "../../src/contract/work/approval.ts";
import type { RunView } from "../../src/contract/work/run.ts";
import { asRoot } from "../support/home/as-root.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";
import { telegramService } from "../support/services/telegram-service.ts";
import { jobProcesses } from "../support/runs/job-processes.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

// The main job, with the built file, the real agent and the stand-in: a task is handed over, a question answered, the work pulled.

let vendor: Vendor;
let home: TestHome;
let cwd: string;

const cowork = (...args: string[]): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image } });
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cowork(...args, "--json");
  expect(code, `${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return JSON.parse(stdout) as T;
}
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}
const bash = (command: string): { name: string; input: object } => ({
  name: "Bash",
  input: { command, description: "made up" },
});
/** The program refuses a long `sleep`. */
const endless = bash("while :; do sleep 1; done");

beforeAll(async () => {
  vendor = await startVendor("e2e-at-work");
  home = await temporaryHome();
  cwd = await sampleProject(home, "none", { name: "shop" });
  await done("init", "api");
  await vendor.adoptSessions(home.hash);
});

afterAll(async () => {
  await home?.remove();
  await vendor?.stop();
});

it("refuses a run without a login, before anything is created", async () => {
  const { code, stderr } = await cowork("run", "new", "a task");
  expect({ code, hint: stderr.includes("cowork auth login") }).toEqual({ code: 5, hint: true });
  expect((await json<{ sessions: { name: string }[] }>("list")).sessions.map(({ name }) => name)).toEqual(["api"]);
  await logInOnTerminal(home, vendor, cwd);
});

it("a question is shown, its answer in Telegram counts once, and the work is pulled", async () => {
  const telegram = await telegramService();
  const conf = join(home.coworkHome, ".cowork.conf");
  await writeFile(conf, `${telegram.conf}NOTIFY_DETAILS=on\n`, { mode: 0o600 });
  const task = script([{ text: "I add it.", tools: [bash("echo one >added.txt")] }, { text: "Added." }]);
  const { run } = await json<{ run: RunView }>("run", "api", task, "--permissions", "ask");
  expect(run).toMatchObject({ id: "api:1", session: "api", project: "shop", permissions: "ask" });
  await done("wait", "api", "--for", "waiting", "--timeout", "2m");
  const [session] = (await json<{ sessions: { agentState: object; approvals: number }[] }>("list")).sessions;
  expect(session).toMatchObject({ agentState: { state: "waiting", for: "approval" }, approvals: 1 });
  const { approvals } = await json<{ approvals: ApprovalView[] }>("approvals");
  expect(approvals).toMatchObject([{ session: "api", run: "api:1", tool: "Bash", text: "echo one >added.txt" }]);
  const message = await telegram.message((text) => text.startsWith("api asks for approval"));
  expect(message.text).toContain("echo one >added.txt");
  telegram.press(message.buttons["Allow once"] ?? "", { from: 1 });
  telegram.press(message.buttons["Allow once"] ?? "");
  telegram.press(message.buttons["Deny"] ?? "");
  await done("wait", "api", "--for", "done", "--timeout", "2m");
  await telegram.message((text) => text.includes("run api:1 completed"));
  expect(telegram.toasts).toEqual([
    "Allowed once.",
    "This button does not work any more. Send /status for what is open.",
  ]);
  await rm(conf);
  const { runs } = await json<{ runs: RunView[] }>("runs", "api:1");
  expect(runs).toMatchObject([{ state: "completed", result: "Added." }]);
  expect(runs[0]?.commit).toMatch(/^[0-9a-f]{40}$/);
  await done("pull", "api", "--wait", "--ff");
  expect(await git(cwd, "show", "api:added.txt")).toBe("one");
  expect(await git(cwd, "log", "-1", "--format=%(trailers:key=Cowork-Run,valueonly)", "api")).toContain("api:1");
  const logs = await done("logs", "api");
  expect(logs.stdout).toContain("echo one >added.txt");
});

it("a plan is an approval and an artifact, and its approval goes on with the work", async () => {
  const plan = "# The plan\n\n1. Add a second file\n";
  const steps = [
    { tools: [{ name: "ExitPlanMode", input: { plan } }] },
    { tools: [bash("echo two >second.txt")] },
    { text: "Planned and done." },
  ];
  await writeFile(join(cwd, "PLAN.md"), script(steps));
  await done("run", "api", "-F", "PLAN.md", "--action", "plan", "--permissions", "all");
  await done("wait", "api", "--for", "waiting", "--timeout", "2m");
  const { approvals } = await json<{ approvals: ApprovalView[] }>("approvals");
  expect(approvals).toMatchObject([{ kind: "plan", run: "api:2" }]);
  await done("approve", approvals[0]?.id ?? "");
  await done("wait", "api", "--timeout", "2m");
  await done("runs", "api:2", "--save", "saved");
  expect(await readFile(join(cwd, "saved", "report.md"), "utf8")).toContain("Planned and done.");
});

it("a run continues the same conversation, and takes a follow-up while it works", async () => {
  // It works until the follow-up is there.
  const more = script([{ tools: [bash("while [ ! -e /tmp/go ]; do sleep 0.1; done")] }, { text: "More." }]);
  await done("run", "api", more, "--resume", "--budget", "2", "--timeout", "10m", "--permissions", "all");
  const sent = await json<{ how: string }>("send", "api", "and the docs");
  expect(sent.how).toBe("run");
  await done("connect", "api", "--", "touch", "/tmp/go");
  await done("wait", "api", "--timeout", "2m");
  const { runs } = await json<{ runs: RunView[] }>("runs", "api");
  expect(runs.map(({ id, state }) => `${id} ${state}`)).toEqual([
    "api:3 completed",
    "api:2 completed",
    "api:1 completed",
  ]);
  expect(runs[0]?.conversation).toBe(runs[1]?.conversation);
  const events = (await done("events", "--json")).stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const types = events.map(({ type }) => type as string);
  const answers = events.filter(({ type }) => type === "approval.answered");
  expect(answers.map(({ data }) => data)).toMatchObject([
    { through: "telegram", decision: "allow" },
    { through: "command", decision: "allow" },
  ]);
  for (const type of ["run.created", "approval.asked", "approval.answered", "run.ended", "prompt.sent"])
    expect(types).toContain(type);
  expect(new Set(events.map(({ id }) => id as string)).size).toBe(events.length);
});

it("a run that fails is an exit code of its own", async () => {
  await vendor.control({
    messages: { status: 400, body: { type: "error", error: { type: "invalid_request_error", message: "no" } } },
  });
  const { code, stderr } = await cowork("run", "api", "anything", "--wait");
  await vendor.control({});
  expect({ code, named: stderr.includes("api:4") }).toEqual({ code: 6, named: true });
});

it("a run is interrupted, and send continues its conversation in a new run", async () => {
  const long = script([{ text: "I wait.", tools: [endless] }, { text: "Never." }]);
  const { run } = await json<{ run: RunView }>("run", "api", long, "--permissions", "all");
  // Following ends with the run.
  const follow = cowork("logs", run.id, "-f");
  while (!(await done("logs", run.id)).stdout.includes("● Bash  while"))
    await new Promise((resolve) => setTimeout(resolve, 200));
  await done("interrupt", "api");
  const stopped = await cowork("wait", "api", "--timeout", "2m", "--json");
  expect(stopped.code, stopped.stdout).toBe(6);
  expect(JSON.parse(stopped.stdout)).toMatchObject({ sessions: [{ run: { state: "stopped", reason: "user" } }] });
  const { code, stdout } = await follow;
  expect(code).toBe(0);
  expect(stdout).toContain(`── run ${run.id} stopped (user`);
  const sent = await json<{ how: string; run: RunView }>("send", "api", script([{ text: "Going on." }]));
  expect(sent).toMatchObject({ how: "resumed", run: { resumes: run.n, conversation: run.conversation } });
  await done("wait", "api", "--timeout", "2m");
  expect((await done("logs", "api")).stdout).toContain("Going on.");
});

it("an exclusive claim denies another agent's edit with holder, reason and end, and passes after its release", async () => {
  await done("init", "other");
  await vendor.adoptSessions(home.hash);
  const claimed = await json<{ claim: ClaimView }>(
    "claim",
    "other",
    "locked/**",
    "--exclusive",
    "--why",
    "rewriting it",
  );
  expect(claimed.claim).toMatchObject({ session: "other", mode: "exclusive", globs: ["locked/**"] });
  const place = "/workspaces/shop/locked/a.txt";
  const write = (text: string): string =>
    script([{ tools: [{ name: "Write", input: { file_path: place, content: `${text}\n` } }] }, { text: "Tried." }]);
  await done("run", "api", write("first"), "--permissions", "edits");
  await done("wait", "api", "--timeout", "2m");
  const denied = (await done("logs", "api")).stdout;
  const end = `${claimed.claim.until.slice(11, 16)} UTC`;
  expect(denied).toContain(`locked/a.txt is claimed by session other until ${end}: rewriting it`);
  expect((await cowork("connect", "api", "--", "cat", "locked/a.txt")).code).not.toBe(0);
  // From inside: what is claimed, and a claim that collides. Something has to look at the sessions.
  const over = new AbortController();
  const env = { COWORK_BASE_IMAGE: vendor.image };
  const waiting = ["wait", "api", "other", "--for", "waiting", "--timeout", "1m"];
  const listens = runCowork(waiting, { home, cwd, env, signal: over.signal }).catch(() => undefined);
  const inside = (...args: string[]): Promise<CoworkResult> => cowork("connect", "api", "--", "cowork", ...args);
  expect((await inside("claims")).stdout).toContain("exclusive  locked/**  other");
  expect((await inside("claim", "locked/b.txt")).stdout).toContain("Session other holds locked/**");
  expect((await inside("claim", "src/**", "--exclusive")).stdout).toContain("cowork claim api 'src/**' --exclusive");
  expect((await inside("claim", "src/**", "--why", "new code")).stdout).toContain("shared claim on src/**");
  expect((await inside("sessions")).stdout).toMatch(/^api .*\(this session\)\nother /m);
  expect((await cowork("claim", "--path", "src/x.ts")).stdout).toMatch(/api +shared .*src\/\*\* +new code/);
  over.abort();
  await listens;
  await done("claim", "other", "--release");
  await done("run", "api", write("second"), "--permissions", "edits", "--commit", "off");
  await done("wait", "api", "--timeout", "2m");
  expect((await done("connect", "api", "--", "cat", "locked/a.txt")).stdout).toBe("second\n");
});

it("a run whose process is killed was stopped by a crash, and another one continues its conversation", async () => {
  const long = script([{ text: "I begin.", tools: [endless] }, { text: "Never." }]);
  const { run } = await json<{ run: RunView }>("run", "api", long, "--permissions", "all");
  while (!(await done("logs", run.id)).stdout.includes("● Bash  while"))
    await new Promise((resolve) => setTimeout(resolve, 200));
  const [pid, ...others] = await jobProcesses(home.coworkHome);
  expect(others).toEqual([]);
  await asRoot("kill", ["-9", String(pid)]);
  // What was seen until then is kept. Its lock is free only some seconds later.
  await expect
    .poll(async () => (await json<{ runs: RunView[] }>("runs", run.id)).runs, { timeout: 60_000, interval: 500 })
    .toMatchObject([{ state: "stopped", reason: "crash" }]);
  expect((await cowork("wait", "api")).code).toBe(6);
  expect((await done("logs", run.id)).stdout).toContain("I begin.");
  const next = await cowork("run", "api", script([{ text: "Going on." }]), "--resume", "--wait");
  expect(next.code, next.stderr).toBe(0);
  const { runs } = await json<{ runs: RunView[] }>("runs", "api");
  expect(runs[0]).toMatchObject({ state: "completed", resumes: run.n, conversation: run.conversation });
  expect(runs.filter(({ id }) => id === run.id)).toMatchObject([{ state: "stopped", reason: "crash" }]);
});
