import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { ApprovalView } from "../../src/contract/work/approval.ts";
import type { RunView } from "../../src/contract/work/run.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../support/home/run-cowork.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";
import { openTerminal, type TmuxTerminal } from "../support/tmux-terminal.ts";

// `cowork open` with the built file, the real agent and the stand-in, on a terminal of 80 columns and 24 rows.

let vendor: Vendor;
let home: TestHome;
let cwd: string;
const terminals: TmuxTerminal[] = [];

const cowork = (...args: string[]): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image } });
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
  const env = userEnvironment(home, { TERM: "xterm-256color", COWORK_BASE_IMAGE: vendor.image });
  const variables = Object.entries(env).map((pair) => pair.join("="));
  const line = home.asUser(["env", "-i", "-C", cwd, ...variables, "cowork", ...args]);
  const terminal = await openTerminal(line, { columns: 80, rows: 24 });
  terminals.push(terminal);
  return terminal;
}
const bash = (command: string): { name: string; input: object } => ({
  name: "Bash",
  input: { command, description: "made up" },
});
interface Listed {
  name: string;
  agentState: { state: string; detail?: string };
  run?: RunView;
}
const state = async (): Promise<string> => {
  const { sessions } = await json<{ sessions: Listed[] }>("list");
  return sessions.map(({ name, agentState }) => `${name} ${agentState.state}`).join(", ");
};

beforeAll(async () => {
  vendor = await startVendor("e2e-open");
  home = await temporaryHome();
  cwd = await sampleProject(home, "none", { name: "shop" });
  await done("init", "api");
  await vendor.adoptSessions(home.hash);
  const { code, stderr } = await (async () => {
    const terminal = await onTerminal("open", "other");
    await terminal.shows(/code=\d/);
    const screen = await terminal.screen();
    return { code: Number(/code=(\d)/.exec(screen)?.[1]), stderr: screen };
  })();
  expect({ code, hint: stderr.includes("cowork auth login") }).toEqual({ code: 5, hint: true });
  expect(await state()).toBe("api none");
  await logInOnTerminal(home, vendor, cwd);
});

afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.close();
});

afterAll(async () => {
  await home?.remove();
  await vendor?.stop();
});

it("opens the agent with a prompt, goes on when the terminal leaves, and takes more by send", async () => {
  const terminal = await onTerminal("open", "api", "--", script([{ text: "Hello from the agent." }]));
  await terminal.shows("Hello from the agent.");
  console.log(await terminal.screen());
  await terminal.type("C-b", "d");
  await terminal.shows(/The agent in api goes on[^]*code=0/);
  console.log(await terminal.screen());
  expect(await json("send", "api", script([{ text: "More from the agent." }]))).toMatchObject({ how: "typed" });
  const again = await onTerminal("api");
  await again.shows("More from the agent.");
  console.log(await again.screen());
});
