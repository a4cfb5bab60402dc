import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../support/home/run-cowork.ts";
import { openTerminal, type TmuxTerminal } from "../support/tmux-terminal.ts";

// A program of AGENT_COMMAND in place of an agent, with the built file, in a real container and on a terminal.

/** Quotes, a variable and several commands: it is a line for the shell inside, and for no shell of the host. */
const program = `printf '%s\\n' "I am in $COWORK_SESSION on $(cat /etc/hostname)"; touch ran-here; read -r word; [ "$word" != 'two  words' ] || exit 7`;

let home: TestHome;
let cwd: string;
let sockets: string;
const terminals: TmuxTerminal[] = [];

const variables = (): Record<string, string> => ({ TMUX_TMPDIR: sockets });
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd, env: variables() });
async function onTerminal(...args: string[]): Promise<TmuxTerminal> {
  const env = userEnvironment(home, { TERM: "xterm-256color", ...variables() });
  const words = Object.entries(env).map((pair) => pair.join("="));
  const line = home.asUser(["env", "-i", "-C", cwd, ...words, "cowork", ...args]);
  const terminal = await openTerminal(line, { columns: 100, rows: 24 });
  terminals.push(terminal);
  return terminal;
}
/** A machine that runs other tests may be slow. */
const shows = async (terminal: TmuxTerminal, what: RegExp): Promise<void> =>
  await vi.waitFor(async () => expect(await terminal.screen()).toMatch(what), { timeout: 120_000, interval: 200 });
const agentState = async (): Promise<unknown> => {
  const { stdout } = await cowork("status", "own", "--json");
  const { sessions } = JSON.parse(stdout) as { sessions: { agent: string; agentState: object }[] };
  return sessions[0];
};

beforeAll(async () => {
  home = await temporaryHome();
  sockets = await mkdtemp(join(tmpdir(), "cowork-test-"));
  cwd = await sampleProject(home, "none", { name: "shop" });
  const { code, stderr } = await cowork("config", "set", "AGENT_COMMAND", program);
  if (code !== 0) throw new Error(stderr);
});

afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.close();
});

afterAll(async () => {
  // Also ends the tmux server.
  await cowork("stop", "--all");
  await home?.remove();
  await rm(sockets, { recursive: true, force: true });
});

it("runs in the agent's window, goes on when the terminal leaves, and its state is that of its process", async () => {
  const terminal = await onTerminal("open", "own");
  await shows(terminal, /I am in \S*own on /);
  await terminal.type("C-b", "d");
  await shows(terminal, /The agent in own goes on[^]*code=0/);
  const running = { state: "unknown", detail: "it runs: state from its process only" };
  expect(await agentState()).toMatchObject({ agent: "command", agentState: running });
  expect((await cowork("list")).stdout).toContain("state from its process only");
  expect(await readdir(cwd)).not.toContain("ran-here");
  expect((await cowork("connect", "own", "--", "ls")).stdout).toContain("ran-here");

  for (const line of [
    ["run", "own", "do it"],
    ["send", "own", "more"],
    ["interrupt", "own"],
  ]) {
    const { code, stderr } = await cowork(...line);
    expect({ line, code }).toEqual({ line, code: 1 });
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("runs, prompts and approvals need a known agent");
  }

  const again = await onTerminal("open", "own");
  await shows(again, /I am in \S*own on /);
  await again.type("two  words", "Enter");
  await shows(again, /exit code 7/);
  await again.type("", "Enter");
  await shows(again, /The agent in own has ended[^]*code=/);
  expect(await agentState()).toMatchObject({ agentState: { state: "ended", detail: "exit code 7" } });
});

it("--agent with a name that is not there, or is not supported, is refused with the reason", async () => {
  const cursor = await cowork("init", "z", "--agent", "cursor");
  expect(cursor.code).toBe(2);
  expect(cursor.stderr.replaceAll(/\s+/g, " ")).toContain("cowork does not support cursor now: it is not on npm");
  const other = await cowork("open", "own", "--agent", "claude");
  expect(other.code).toBe(2);
});
