import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { temporaryHome, type TestHome } from "../../support/home/home.ts";
import { hostAccount, type HostAccount } from "../../support/remote/shared-remote.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../../support/home/run-cowork.ts";
import { sampleProject } from "../../support/git/sample-project.ts";
import { startSshMachine, type SshMachine } from "../../support/remote/ssh-machine.ts";
import { openTerminal, type TmuxTerminal } from "../../support/tmux-terminal.ts";

/** A host with Node and tmux behind a jump host: shells in its sessions survive closed terminals and broken connections. */
let account: HostAccount;
let jump: SshMachine;
let home: TestHome;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(["--host", "box", ...args], { home, cwd });

beforeAll(async () => {
  account = await hostAccount({ ordinary: true, withNode: true });
  jump = await startSshMachine("remote-terminal");
  await jump.sh(`echo '${account.machine.address} inner' >>/etc/hosts`);
  home = await temporaryHome();
  const key = join(home.home, ".ssh", "id_test");
  // Only the jump host can resolve this name.
  const lines = ["ProxyJump between", "Host between", `HostName ${jump.address}`, "User person", `IdentityFile ${key}`];
  await account.machine.giveAccess(home, "box", { lines, hostName: "inner", account });
  await jump.authorize(await readFile(`${key}.pub`, "utf8"));
  await execa("tee", ["-a", join(home.home, ".ssh", "known_hosts")], { input: await jump.hostKeys() });
  cwd = await sampleProject(home, "image");
});
afterAll(async () => {
  await home?.remove();
  await jump?.remove();
  await account?.remove();
});

const terminals: TmuxTerminal[] = [];
afterAll(async () => {
  for (const one of terminals) await one.close();
});

async function connectOnTerminal(): Promise<TmuxTerminal> {
  const variables = Object.entries(userEnvironment(home, { TERM: "screen" })).map(
    ([name, value]) => `${name}=${value}`,
  );
  const argv = ["env", "-C", cwd, "-i", ...variables, "cowork", "connect", "a"];
  const terminal = await openTerminal(argv, { columns: 100, rows: 30 });
  terminals.push(terminal);
  return terminal;
}

/** Process id of the shell on the terminal. */
async function shellOn(terminal: TmuxTerminal, word: string): Promise<string> {
  await terminal.type(`echo ${word}=$$.`, "Enter");
  await terminal.shows(new RegExp(`^${word}=\\d+\\.`, "m"));
  return new RegExp(`^${word}=(\\d+)\\.`, "m").exec(await terminal.screen())![1]!;
}

it("init, list and connect work through a jump host, with the host's own Node", async () => {
  const made = await cowork("init", "a", "--json");
  expect(JSON.parse(made.stdout)).toMatchObject({ sessions: [{ name: "a", host: "box", state: "running" }] });
  expect(made.stderr).not.toContain("sending Node");
  expect((await cowork("connect", "a", "--", "pwd")).stdout).toBe("/workspaces/app\n");
  const { stdout } = await cowork("list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ sessions: [{ name: "a", state: "running" }] });
});

it("connect attaches to the same shell again after a detach", async () => {
  const first = await connectOnTerminal();
  const shell = await shellOn(first, "first");
  await first.type("C-b", "d");
  await first.shows("code=0");
  const second = await connectOnTerminal();
  expect(await shellOn(second, "second")).toBe(shell);
});

it("a broken connection is reported, and cowork reconnects to the same shell", async () => {
  const terminal = terminals.at(-1)!;
  const shell = await shellOn(terminal, "before");
  const before = await connections();
  await account.machine.sh(`kill -KILL ${before.join(" ")}`);
  const isNew = (id: string): boolean => !before.includes(id);
  await vi.waitFor(async () => expect((await connections()).some(isNew)).toBe(true), { timeout: 60_000 });
  expect(await shellOn(terminal, "after")).toBe(shell);
  await terminal.type("exit", "Enter");
  await terminal.shows("code=0");
  await terminal.shows("the connection to box broke");
});

/** Process ids of sshd for this account's connections. */
async function connections(): Promise<string[]> {
  const { stdout } = await account.machine.sh(`pgrep -f '^sshd-session: ${account.user}[ @]'`);
  return stdout.split("\n").filter((line) => line !== "");
}
