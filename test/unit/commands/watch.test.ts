import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { SessionView } from "../../../src/session/types.ts";
import { CoworkError } from "../../../src/errors.ts";
import { approvalView } from "../../support/fakes/approval-view.ts";
import type { FakeCaller } from "../../support/fakes/fake-caller.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { runCommandLine, type CommandResult, type CommandSetting } from "../../support/home/run-command-line.ts";

// The command from the keys to the calls of the host, on a terminal that is a stream. What it looks like is tested with the screen.

const since = "2026-03-01T11:58:00.000Z";
const api = sessionView({
  id: "shop-api",
  name: "api",
  project: "shop",
  agentState: { state: "waiting", for: "approval", since },
  approvals: 1,
});

interface Typing {
  type: (keys: string) => void;
  /** waits until the terminal got this text */
  shows: (text: string) => Promise<void>;
}

/** Runs `watch` on a terminal. @param person types keys; `q` follows */
async function watch(
  answers: Partial<SessionHost>,
  person: (terminal: Typing) => Promise<void>,
  setting: CommandSetting = {},
): Promise<CommandResult> {
  let caller: FakeCaller | undefined;
  const stdin = Object.assign(new Readable({ read() {} }), { isTTY: true, setRawMode: () => stdin });
  const running = runCommandLine("watch", {
    columns: 100,
    env: { TERM: "xterm", NO_COLOR: "1" },
    answers,
    ...setting,
    onCaller: (its) => {
      Object.assign(its.streams, { stdin });
      setting.onCaller?.(its);
      caller = its;
    },
  });
  const screen = (): string => (caller?.stdout() ?? "") + (caller?.stderr() ?? "");
  const shows = async (text: string): Promise<void> => await expect.poll(screen).toContain(text);
  const type = (keys: string): void => void stdin.push(keys);
  await Promise.race([
    (async () => {
      await shows("q quit");
      await person({ type, shows });
    })(),
    running,
  ]);
  // Keys in the first moment after something else had the terminal are dropped.
  const quitting = setInterval(() => type("q"), 50);
  try {
    return await running;
  } finally {
    clearInterval(quitting);
  }
}

const list = async (): Promise<SessionView[]> => [api];

test.each<[string, CommandSetting]>([
  ["without a terminal", {}],
  ["on a terminal that cannot move the cursor", { columns: 80, env: { TERM: "dumb" } }],
  ["on a terminal that nothing is known of", { columns: 80 }],
])("%s it says so and names what works", async (_name, setting) => {
  const { code, stdout, stderr } = await runCommandLine("watch", { answers: { list }, ...setting });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/needs a terminal[^]*cowork list --all/);
});

test("an engine that does not answer is an error before the screen is taken", async () => {
  const engine = async (): Promise<never> => {
    throw new CoworkError("ENGINE_UNREACHABLE", "The engine does not answer.");
  };
  const setting = { columns: 80, env: { TERM: "xterm" }, answers: { list: engine } };
  const { code, stdout } = await runCommandLine("watch", setting);
  expect([code, stdout]).toEqual([4, ""]);
});

test("shows the sessions on the other screen, and gives it back", async () => {
  const { code, stdout } = await watch({ list }, async ({ shows }) => await shows("1 needs you: api"));
  expect(code).toBe(0);
  expect(stdout.startsWith("\u001B[?1049h")).toBe(true);
  expect(stdout.endsWith("\u001B[?1049l")).toBe(true);
});

test("a asks the questions of the session as the command approvals does; Ctrl-C comes back and answers nothing", async () => {
  let open = [
    approvalView(),
    approvalView({ id: "b2c", session: "web", sessionId: "shop-web", text: "ls", digest: "cd".repeat(32) }),
  ];
  const answers: Partial<SessionHost> = {
    list,
    approvals: async () => open,
    approvalShown: async () => approvalView(),
    approvalAnswer: async (_selector, { id, decision, by, through }) => {
      open = open.filter((one) => one.id !== id);
      const answer = { decision, always: false, by, through, at: since };
      return approvalView({ id, state: "answered", answer });
    },
  };
  const { calls, stderr } = await watch(answers, async ({ type, shows }) => {
    type("a");
    await shows("npm publish --dry-run");
    await shows("  › ");
    type("y");
    type("\r");
    await shows("Allowed Bash in api (q7f).");
    await shows("│ ls");
    type("\u0003");
  });
  expect(stderr.indexOf("npm publish")).toBeLessThan(stderr.indexOf("│ ls"));
  const given = calls.filter(([name]) => name === "approvalAnswer").map(([, , answer]) => answer);
  expect(given).toMatchObject([{ id: "q7f", digest: approvalView().digest, decision: "allow", through: "terminal" }]);
});

test("opens a session in a process of its own, and comes back", async () => {
  let log = "";
  const setting: CommandSetting = {
    prepare: async ({ home }) => {
      log = join(home, "log");
      await writeFile(join(home, "own"), `#!/bin/sh\necho "$@" "$NO_COLOR" >>"${log}"\n`);
      await chmod(join(home, "own"), 0o755);
    },
    onCaller: (caller) => {
      Object.assign(caller, { self: [join(String(caller.env["HOME"]), "own")] });
    },
  };
  const { stdout } = await watch(
    { list },
    async ({ type }) => {
      // Pressed twice, it opens once.
      type("oo");
      await expect.poll(async () => await readFile(log, "utf8").catch(() => "")).toBe("open shop/api@local 1\n");
    },
    setting,
  );
  expect(stdout.split("\u001B[?1049h")).toHaveLength(3);
});

test("says what went wrong, and stays", async () => {
  const interrupt = async (): Promise<never> => {
    throw new CoworkError("AGENT_BUSY", "The agent\u001B[2J is busy.", { hint: "cowork approvals" });
  };
  const { code, stdout } = await watch(
    { list: async () => [sessionView({ ...api, id: "app-api", project: "app" })], interrupt },
    async ({ type, shows }) => {
      type("i");
      await shows("Stop what the agent in api does now?");
      type("y");
      await shows("The agent is busy. Next: cowork approvals");
    },
    { conf: "SESSIONS=api\n" },
  );
  expect([code, stdout.includes("\u001B[2J is")]).toEqual([0, false]);
});

test("a signal gives the terminal back", async () => {
  const ends: AbortController[] = [];
  const result = await watch({ list }, async () => ends[0]?.abort(new CoworkError("INTERRUPTED", "Interrupted.")), {
    onCaller: (caller) => {
      const end = new AbortController();
      ends.push(end);
      Object.assign(caller, { signal: end.signal });
    },
  });
  expect(result.code).toBe(130);
  expect(result.stdout.endsWith("\u001B[?1049l")).toBe(true);
});
