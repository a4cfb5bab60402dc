import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { Outcome } from "../../../src/session/types.ts";
import type { FakeCaller } from "../../support/fakes/fake-caller.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { readConfOf, runCommandLine as run } from "../../support/home/run-command-line.ts";

const done = (name: string): Outcome => ({ name, ok: true, session: sessionView({ name }), exitCode: 0, notes: [] });
const failure = new CoworkError("UP_FAILED", "The container of b did not come up.", { hint: "cowork logs b" });
const broken: Outcome = { name: "b", ok: false, error: failure.toView(), exitCode: 1, notes: ["look there"] };

describe("init", () => {
  test("creates every session on the host, saves their names, and prints the next command", async () => {
    const result = await run("init a b --no-start", { answers: { init: async () => [done("a"), broken] } });
    expect(result.code).toBe(1);
    const [[called, request]] = result.calls as [[string, Parameters<SessionHost["init"]>[0]]];
    expect(called).toBe("init");
    expect(request.sessions.map(({ name, start }) => [name, start.branch, start.existing])).toEqual([
      ["a", "a", false],
      ["b", "b", false],
    ]);
    expect(request.options).toEqual({ noStart: true });
    expect(request.carry).toEqual({ root: result.root, files: [], notes: [] });
    expect(request.project).toMatchObject({ name: "app", root: result.root });
    expect(await readConfOf(result.root)).toContain("SESSIONS=a\n");
    expect(result.stdout).toBe("✔ a  running, branch a\n");
    expect(result.stderr).toContain("b: The container of b did not come up.\n  Next: cowork logs b\n");
    expect(result.stderr).toContain("note: look there");
    expect(result.stderr).toContain("Next: cowork connect a");
  });

  test("--json: failed sessions are in the same list", async () => {
    const result = await run("init a b --json", { answers: { init: async () => [done("a"), broken] } });
    const { sessions } = JSON.parse(result.stdout) as { sessions: { name: string; state: string; error?: unknown }[] };
    expect(sessions.map(({ name, state }) => [name, state])).toEqual([
      ["a", "running"],
      ["b", "failed"],
    ]);
    expect(sessions[1]?.error).toEqual(failure.toView());
    expect(result.code).toBe(1);
  });

  test("without names it uses those of .cowork.conf", async () => {
    const answers = { init: async () => [done("x")] };
    const result = await run("init", { conf: "# mine\nSESSIONS = x y\n", answers });
    const [[, request]] = result.calls as [[string, Parameters<SessionHost["init"]>[0]]];
    expect(request.sessions.map(({ name }) => name)).toEqual(["x", "y"]);
  });

  test.each([
    ["init", 2, /No session was named/],
    ["init a b --branch x", 2, /--branch can only be used with one session/],
    ["init ../x", 2, /is not a valid session name/],
    ["init a --from nothing-like-it", 1, /nothing-like-it/],
  ])("cowork %s is refused before anything is created", async (line, code, message) => {
    const result = await run(line);
    expect([result.code, result.calls]).toEqual([code, []]);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toContain("Next: ");
  });

  test("another host in .cowork.conf is not ignored", async () => {
    expect((await run("init", { conf: "SESSIONS=a@box\n" })).code).toBe(4);
    const result = await run("init a", { conf: "HOST=box\n", remotes: { box: { init: async () => [done("a")] } } });
    expect([result.code, result.calls.map(([name]) => name)]).toEqual([0, ["box init"]]);
    const local = await run("init a --host local", { conf: "HOST=box\n", answers: { init: async () => [done("a")] } });
    expect(local.code).toBe(0);
  });

  test("--write-config writes the default dev container and creates no session", async () => {
    const result = await run("init --write-config --base-image debian:12");
    expect([result.code, result.calls]).toEqual([0, []]);
    expect(result.stdout).toBe(".devcontainer/devcontainer.json\n.devcontainer/Dockerfile\n");
    expect(await readFile(join(result.root, ".devcontainer", "Dockerfile"), "utf8")).toMatch(/^FROM debian:12/m);
    expect((await run("init a --write-config")).code).toBe(2);
  });

  test("an interrupted session is shown and saved, with the command to finish it", async () => {
    const interrupted = new CoworkError("INTERRUPTED", "Interrupted.").toView();
    const error = { ...interrupted, hint: "cowork init a" };
    const session = sessionView({ state: "failed", error });
    const outcome: Outcome = { name: "a", ok: false, error: interrupted, session, exitCode: 130, notes: [] };
    const caller: { interrupt?: (code: number) => void } = {};
    const init = async (): Promise<Outcome[]> => {
      caller.interrupt?.(143);
      return [outcome];
    };
    const result = await run("init a", { answers: { init }, onCaller: (made) => Object.assign(caller, made) });
    expect(result.code).toBe(143);
    expect(result.stderr).toContain("a: Interrupted.\n  Next: cowork init a\n");
    expect(await readConfOf(result.root)).toContain("SESSIONS=a\n");
  });

  test("--dry-run shows the plan and creates nothing", async () => {
    const plan: Awaited<ReturnType<SessionHost["planInit"]>> = {
      sessions: [
        { id: "app-a", name: "a", branch: "a", commit: "1a2b3c4d5e6f", path: "/h/sessions/app-a", exists: false },
      ],
      devcontainers: [
        {
          kind: "dockerfile",
          path: ".devcontainer/devcontainer.json",
          changes: ["appPort 80 became 127.0.0.1"],
          findings: [
            { where: "devcontainer.json: runArgs", what: "--privileged", why: "It gives the container the host." },
          ],
          trustHash: "x",
        },
      ],
    };
    const result = await run("init a --dry-run", { answers: { planInit: async () => plan } });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatchInlineSnapshot(`
      "SESSION  BRANCH  FROM        PATH
      a        a       1a2b3c4d5e  /h/sessions/app-a

      Dev container: .devcontainer/devcontainer.json (dockerfile)
        changed: appPort 80 became 127.0.0.1
      This needs your trust, because it affects the host:
        devcontainer.json: runArgs
          --privileged
            It gives the container the host.
      "
    `);
  });
});

describe("a .cowork.conf from the repository", () => {
  const conf = "BASE_IMAGE=evil:1\nCONNECT=claude\n";
  const answers = { init: async () => [done("a")], connect: async () => 0 };

  test("needs trust before its image is used", async () => {
    const refused = await run("init a", { conf, tracked: true, answers });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("BASE_IMAGE=evil:1");
    expect(refused.calls).toEqual([]);
    const agreed = await run("init a --trust", { conf, tracked: true, answers });
    expect(agreed.calls[0]?.[1]).toMatchObject({ settings: { baseImage: "evil:1" } });
  });

  test("is ignored by other commands until then, except for harmless keys", async () => {
    const result = await run("connect a -- true", { conf, tracked: true, answers });
    expect(result.calls[0]?.[1]).toMatchObject({ settings: { baseImage: undefined, connect: "claude" } });
  });
});

describe("list and status", () => {
  test("list prints one line per session", async () => {
    const result = await run("list", {
      answers: { list: async () => [sessionView(), sessionView({ name: "b", state: "stopped" })] },
    });
    expect(result.calls[0]?.[1]).toMatchObject({ project: { name: "app", root: result.root } });
    expect(result.stdout.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2).join("|"))).toEqual([
      "SESSION|STATE",
      "a|running",
      "b|stopped",
      "",
    ]);
  });

  test("list shows what agents do and how many questions wait; --wide shows branches instead", async () => {
    const since = sessionView().createdAt;
    const agentState = { state: "waiting", for: "plan", since, detail: "Split the lexer" } as const;
    const answers = { list: async () => [sessionView({ agentState, approvals: 2 })] };
    const plain = await run("list", { answers });
    expect(plain.stdout).toMatch(/^SESSION +STATE +SINCE +NOW\na +waiting: plan +\d+d +Split the lexer\n$/);
    expect(plain.stderr).toBe("2 questions wait for you: cowork approvals\n");
    expect((await run("list --wide", { answers })).stdout).toMatch(
      /^SESSION +AGENT +STATE +SINCE +BRANCH +STARTED +CREATED\n/,
    );
  });

  test("list --all includes every project, and --json prints one value", async () => {
    const result = await run("list --all --json", { outside: true, answers: { list: async () => [sessionView()] } });
    expect(result.calls).toEqual([["list", {}]]);
    expect(JSON.parse(result.stdout)).toEqual({ sessions: [sessionView()] });
  });

  test("list without sessions prints nothing on stdout and the next step on stderr", async () => {
    const result = await run("list", { answers: { list: async () => [] } });
    expect([result.code, result.stdout]).toEqual([0, ""]);
    expect(result.stderr).toContain("Next: cowork init <name>");
  });

  test("outside of a project there is an error, also as JSON", async () => {
    const text = await run("stop", { outside: true });
    expect([text.code, text.stdout]).toEqual([1, ""]);
    expect(text.stderr).toMatch(/Next: /);
    const json = await run("stop --json", { outside: true });
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "NOT_A_PROJECT" } });
    expect(json.stderr).toBe("");
  });

  test("status passes names on", async () => {
    const result = await run("status a b --json", { answers: { status: async () => [sessionStatus()] } });
    expect(result.calls[0]?.[1]).toMatchObject({ names: ["a", "b"] });
    expect(JSON.parse(result.stdout)).toEqual({ sessions: [sessionStatus()] });
  });

  test("names with --all are refused", async () => {
    expect((await run("stop a --all")).code).toBe(2);
  });
});

describe("connect", () => {
  const answers = { connect: async () => 42 };

  test("returns the command's exit code, passes words unchanged, without tmux", async () => {
    const result = await run(["connect", "a", "--", "sh", "-c", "exit 42"], { answers });
    expect(result.code).toBe(42);
    expect(result.calls[0]?.[1]).toMatchObject({
      selector: { names: ["a"] },
      command: ["sh", "-c", "exit 42"],
      tmux: false,
    });
  });

  test("on a terminal it runs in tmux, except with --no-tmux", async () => {
    const stdin = await run("connect a", { answers });
    expect(stdin.calls[0]?.[1]).toMatchObject({ tmux: false });
    const terminal = await run("connect a", { answers, columns: 100 });
    expect(terminal.calls[0]?.[1]).toMatchObject({ tmux: true });
    expect(terminal.calls[0]?.[2]).toMatchObject({ tty: { columns: 100, rows: 24 } });
    expect((await run("connect a --no-tmux", { answers, columns: 100 })).calls[0]?.[1]).toMatchObject({ tmux: false });
  });

  test("it ends with 141 when the reader of its output exits", async () => {
    let caller: FakeCaller | undefined;
    const connect: SessionHost["connect"] = async (_request, io) => {
      const ended = new Promise<never>((_, fail) => {
        io.signal?.addEventListener("abort", () => fail(new CoworkError("INTERRUPTED", "Interrupted.")));
      });
      caller?.streams.stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      return await ended;
    };
    const result = await run("connect a -- yes", { answers: { connect }, onCaller: (made) => void (caller = made) });
    expect([result.code, result.stderr]).toEqual([141, ""]);
  });

  test("CONNECT is passed on", async () => {
    const result = await run("connect a", { answers, conf: "CONNECT=claude --continue\n" });
    expect(result.calls[0]?.[1]).toMatchObject({ connect: "claude --continue" });
  });
});

describe("start and stop", () => {
  test("the exit code is that of the first failure", async () => {
    const busy = new CoworkError("ENGINE_UNREACHABLE", "x").toView();
    const outcomes: Outcome[] = [done("a"), { ...broken, error: busy, exitCode: 4 }, { ...broken, name: "c" }];
    expect((await run("stop", { answers: { stop: async () => outcomes } })).code).toBe(4);
  });

  test("--rebuild passes the project, a plain start does not", async () => {
    const answers = { start: async () => [done("a")] };
    expect((await run("start a", { answers })).calls[0]?.[2]).not.toHaveProperty("rebuild");
    const rebuilt = await run("start a --rebuild", { answers });
    expect(rebuilt.calls[0]?.[2]).toMatchObject({ rebuild: { project: { root: rebuilt.root } } });
  });
});
