import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { attachTmux, hasTmuxSession, killTmuxSession, listTmuxSessions } from "../../../src/session/connect/tmux.ts";
import { tmuxServer } from "../../../src/session/connect/tmux-plan.ts";
import { connectContext } from "../../support/connect-context.ts";
import { processesIn, removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { openTerminal, type TmuxTerminal } from "../../support/tmux-terminal.ts";
import { tree } from "../../support/git/tree.ts";

const size = { columns: 101, rows: 33 };
const waiting = { timeout: 20_000, interval: 100 };
let home: string;
let container: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cowork-terminal-"));
  container = await runContainer({ labels: { "cowork.test": "connect-terminal" } });
  const setUp =
    "useradd -m -s /bin/bash dev && mkdir '/work folder' && chown dev '/work folder' && echo 'alias hello=\"echo from-the-alias\"' >> /home/dev/.bashrc";
  await execa("docker", ["exec", container, "sh", "-c", setUp]);
});
afterAll(async () => {
  const ctx = connectContext(home);
  const { socket } = tmuxServer(ctx.paths, ctx.user.home);
  const { stdout: path } = await execa("tmux", ["-L", socket, "display-message", "-p", "#{socket_path}"], {
    reject: false,
  });
  await execa("tmux", ["-L", socket, "kill-server"], { reject: false });
  if (path !== "") await rm(path, { force: true });
  await removeContainers("cowork.test=connect-terminal");
  await rm(home, { recursive: true, force: true });
});

const running = async (text: string): Promise<boolean> => (await processesIn(container)).some((line) => line === text);

async function terminal(program: string, args: readonly string[]): Promise<TmuxTerminal> {
  const opened = await openTerminal([process.execPath, join(tree, "test/support", program), home, ...args], size);
  onTestFinished(() => opened.close());
  return opened;
}

describe("a shell on a plain terminal", () => {
  const open = (...command: string[]): Promise<TmuxTerminal> => terminal("connect-here.ts", [container, ...command]);

  test("is the user's interactive shell in the workspace folder, follows the window's size, and its exit code is returned", async () => {
    const it = await open();
    await it.shows("$");
    // the line that prints the process id and its output must be invisible
    expect((await it.screen()).trim()).toMatch(/^dev@[0-9a-f]+:\/work folder\$$/);
    await it.type("stty size; hello; echo $MARK $SHELL $0", "Enter");
    await it.shows(/^33 101\nfrom-the-alias\nseen \/bin\/bash \/bin\/bash$/m);
    await it.resize(90, 20);
    await it.answers("clear; stty size", /^20 90$/m);
    await it.type("sleep 7100", "Enter");
    await vi.waitFor(async () => expect(await running("sleep 7100")).toBe(true), waiting);
    await it.type("C-c", "");
    await it.type("exit 7", "Enter");
    await it.shows("code=7");
    expect(await running("sleep 7100")).toBe(false);
  });

  test("has its size from the start", async () => {
    const it = await open("stty", "size");
    await it.shows("code=");
    expect((await it.screen()).trim()).toBe("33 101\ncode=0");
  });

  test("ends with the terminal, and its foreground program gets SIGHUP", async () => {
    const it = await open();
    await it.shows("$");
    await it.type("sh -c 'trap \"echo hung up > /tmp/hup; exit\" HUP; while :; do sleep 0.1; done'", "Enter");
    await vi.waitFor(
      async () => expect((await processesIn(container)).some((line) => line.includes("hung up"))).toBe(true),
      waiting,
    );
    await it.close();
    await vi.waitFor(
      async () => expect((await execa("docker", ["exec", container, "cat", "/tmp/hup"])).stdout).toBe("hung up"),
      waiting,
    );
    await vi.waitFor(async () => expect(await running("/bin/bash")).toBe(false), waiting);
  });
});

describe("a shell in the host's tmux", () => {
  const open = (id: string): Promise<TmuxTerminal> => terminal("attach-here.ts", [id, container]);

  test("keeps running when the terminal is closed, and can be attached again", async () => {
    const first = await open("app-ab");
    await first.shows("$");
    await first.type("echo answer $((6 * 7)); sleep 7200", "Enter");
    await first.shows("answer 42");
    await vi.waitFor(async () => expect(await running("sleep 7200")).toBe(true), waiting);
    expect(await first.screen()).toMatch(/app-ab.*detach: C-b d/);
    await first.close();
    const ctx = connectContext(home);
    await vi.waitFor(
      async () => expect(await listTmuxSessions(ctx)).toEqual([{ name: "app-ab", attached: 0 }]),
      waiting,
    );
    expect(await running("sleep 7200")).toBe(true);

    // a name that is a prefix of another one is a different session
    expect(await hasTmuxSession(ctx, "app-a")).toBe(false);
    await killTmuxSession(ctx, "app-a");
    const other = await open("app-a");
    await other.shows("$");
    expect(await other.screen()).not.toContain("answer 42");

    const [second, third] = [await open("app-ab"), await open("app-ab")];
    await second.shows("answer 42");
    await third.shows("answer 42");
    expect((await listTmuxSessions(ctx)).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "app-a", attached: 1 },
      { name: "app-ab", attached: 2 },
    ]);
    await second.type("C-b", "d");
    await second.shows(/detached[^]*code=0/);
    await third.type("C-c", "");
    await third.type("stty size; exit 3", "Enter");
    await third.shows("code=");
    expect(await running("sleep 7200")).toBe(false);
    expect(await hasTmuxSession(ctx, "app-ab")).toBe(false);
  });

  test("opens another shell in the container in a new window", async () => {
    const it = await open("with;odd.id");
    await it.shows("$");
    await it.type("C-b", "c");
    await it.shows("[1]");
    await it.shows("$");
    await it.type("id -un; pwd", "Enter");
    await it.shows(/^\/work folder$/m);
    expect(await it.screen()).toMatch(/^dev\n\/work folder$/m);
  });

  test("sends SIGHUP to its programs when it is killed", async () => {
    const it = await open("app-c");
    await it.shows("$");
    await it.type(
      "echo $$ > /tmp/shell; exec sh -c 'trap \"echo hung up > /tmp/hup2; exit\" HUP; while :; do sleep 0.1; done'",
      "Enter",
    );
    await vi.waitFor(
      async () => expect((await processesIn(container)).some((line) => line.includes("hup2"))).toBe(true),
      waiting,
    );
    await killTmuxSession(connectContext(home), "app-c");
    await vi.waitFor(
      async () => expect((await execa("docker", ["exec", container, "cat", "/tmp/hup2"])).stdout).toBe("hung up"),
      waiting,
    );
    await vi.waitFor(
      async () => expect((await processesIn(container)).some((line) => line.includes("hup2"))).toBe(false),
      waiting,
    );
  });

  test("is not started without tmux or a terminal: attachTmux returns undefined", async () => {
    const plan = { id: "app-d", command: ["true"], env: {} } as const;
    const run = (file: string): Promise<never> =>
      Promise.reject(new CoworkError("PROGRAM_MISSING", `There is no ${file}.`));
    expect(await attachTmux(connectContext(home, { run }), plan, process)).toBeUndefined();
    const pipes = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: Object.assign(Object.create(process.stderr) as typeof process.stderr, { fd: undefined }),
    };
    expect(await attachTmux(connectContext(home), plan, pipes)).toBeUndefined();
  });
});
