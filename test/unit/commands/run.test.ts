import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { Outcome } from "../../../src/session/types.ts";
import type { FakeCaller } from "../../support/fakes/fake-caller.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { runCommandLine as run, type CommandResult } from "../../support/home/run-command-line.ts";

const done = (name: string): Outcome => ({ name, ok: true, session: sessionView({ name }), exitCode: 0, notes: [] });
const failure = new CoworkError("UP_FAILED", "The container of b did not come up.", { hint: "cowork logs b" });
const broken: Outcome = { name: "b", ok: false, error: failure.toView(), exitCode: 1, notes: ["look there"] };

async function readConfOf(root: string): Promise<string> {
  return await readFile(join(root, ".cowork", ".cowork.conf"), "utf8");
}

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

describe("clean", () => {
  const cleaned = { name: "a", ok: true, exitCode: 0, notes: [], unsaved: ["1 stash"], removed: ["clone /x"] };
  const unsaved = new CoworkError("WORK_UNSAVED", "b holds work that is nowhere else.", {
    hint: "cowork pull b",
  }).toView();
  const refused = {
    name: "b",
    ok: false,
    error: unsaved,
    exitCode: 3,
    notes: [],
    unsaved: ["2 commits on b"],
    removed: [],
  };

  test("reports what would be lost and how to save it; removed names leave .cowork.conf", async () => {
    const result = await run("clean a b", {
      conf: "SESSIONS=a b\n",
      answers: { clean: async () => [cleaned, refused] },
    });
    expect(result.code).toBe(3);
    expect(result.calls[0]?.[2]).toMatchObject({
      force: false,
      dryRun: false,
      purge: false,
    });
    expect(result.stdout).toBe("✔ a  removed\n  lost: 1 stash\n");
    expect(result.stderr).toContain(
      "b: b holds work that is nowhere else.\n  - 2 commits on b\n  Next: cowork pull b\n",
    );
    expect(await readConfOf(result.root)).toBe("SESSIONS=b\n");
  });

  test("without names and without a terminal removes nothing", async () => {
    const clean = async (): Promise<never> => Promise.reject(new Error("asked for"));
    for (const [line, next] of [
      ["clean", "  Or:   cowork clean --all\n"],
      ["clean --force", "  Then: cowork clean --all --force\n"],
    ] as const) {
      const result = await run(line, { answers: { clean } });
      expect([result.code, result.calls]).toEqual([2, []]);
      expect(result.stderr).toContain(next);
    }
  });

  test("--force never asks on a terminal: --all deletes everything, and without it names are needed", async () => {
    const setting = { columns: 80, conf: "SESSIONS=a\n", answers: { clean: async () => [cleaned] } };
    const all = await run("clean --all --force --no-color", {
      ...setting,
      answers: { ...setting.answers, list: async () => [sessionView()] },
    });
    expect(all.calls.filter(([name]) => name === "clean").map(([, , options]) => options)).toMatchObject([
      { force: true, dryRun: false },
    ]);
    expect(all.stderr).not.toContain("?");
    expect(all.stdout).toContain("✔ a  removed\n");
    const none = await run("clean --force", setting);
    expect([none.code, none.calls]).toEqual([2, []]);
  });

  test("without names lists what would be removed and kept, asks, and removes what was listed", async () => {
    const dry = { ...cleaned, going: ["volume data"] };
    const ask = async (env: Record<string, string>, type?: string): Promise<CommandResult> =>
      await run("clean", {
        env,
        conf: "SESSIONS=a b\n",
        answers: { clean: async (_, { dryRun }) => (dryRun ? [dry, refused] : [dry]) },
        ...(type === undefined ? {} : { columns: 80, input: type }),
      });
    const yes = await ask({ COWORK_YES: "true" });
    expect(yes.calls.map(([, selector, options]) => [selector, options])).toMatchObject([
      [{}, { dryRun: true }],
      [{ names: ["a"] }, { dryRun: false }],
    ]);
    expect(yes.code).toBe(3);
    expect(yes.stderr).toContain(
      "  a  would be removed\n  - would be lost: 1 stash\n  - would also be removed: volume data\n",
    );
    expect(yes.stderr).toContain("  b  is kept: b holds work that is nowhere else.\n  - 2 commits on b\n");
    expect(yes.stdout).toContain("✔ a  removed\n");
    const no = await ask({}, "n");
    expect([no.code, no.calls.length]).toEqual([1, 1]);
    expect(no.stderr).toContain("Nothing was removed.");
    expect(await readConfOf(no.root)).toBe("SESSIONS=a b\n");
  });

  test("--dry-run does not change .cowork.conf and returns the exit code of the real run", async () => {
    const result = await run("clean --dry-run --force", {
      conf: "SESSIONS=a b\n",
      answers: { clean: async () => [cleaned] },
    });
    expect(result.calls[0]?.[2]).toMatchObject({ force: true, dryRun: true });
    expect(result.stdout).toBe("✔ a  would be removed\n  would be lost: 1 stash\n");
    expect(await readConfOf(result.root)).toBe("SESSIONS=a b\n");
  });

  test("--all checks each session against its own project, or against none if it no longer exists", async () => {
    const gone = sessionView({ name: "z", project: "old", projectRoot: "/nowhere/old" });
    const answers = { list: async () => [gone], clean: async () => [refused] };
    const result = await run("clean --all", { answers, outside: true });
    expect(result.calls.map(([name]) => name)).toEqual(["list", "clean"]);
    expect(result.calls[1]?.[1]).toMatchObject({ project: { name: "old", root: "/nowhere/old" }, names: ["z"] });
    expect(result.calls[1]?.[2]).not.toHaveProperty("source");
  });

  test("--images alone removes only images, with names also those sessions", async () => {
    const answers = { clean: async () => [cleaned], cleanImages: async () => ["cowork-app:5f"] };
    const only = await run("clean --images --json", { answers });
    expect(only.calls).toEqual([["cleanImages", { dryRun: false }]]);
    expect(JSON.parse(only.stdout)).toEqual({ sessions: [], images: ["cowork-app:5f"] });
    const result = await run("clean a --images --json", { answers });
    expect(JSON.parse(result.stdout)).toEqual({
      sessions: [{ name: "a", host: "local", unsaved: ["1 stash"], removed: ["clone /x"] }],
      images: ["cowork-app:5f"],
    });
  });
});

describe("config", () => {
  test("set writes the project's file inside a project, else the user's; an empty value removes the key", async () => {
    const inside = await run("config set CONNECT claude", { conf: "# mine\nCONNECT=zsh\n" });
    expect([inside.code, await readConfOf(inside.root)]).toEqual([0, "# mine\nCONNECT=claude\n"]);
    const outside = await run("config set CONNECT claude", { outside: true });
    expect(await readFile(join(outside.home, ".cowork", ".cowork.conf"), "utf8")).toMatch(/^CONNECT=claude$/m);
    const user = await run("config set --user MEMORY 4g");
    expect(await readFile(join(user.home, ".cowork", ".cowork.conf"), "utf8")).toMatch(/^MEMORY=4g$/m);
    const removed = await run(["config", "set", "CONNECT", ""], { conf: "CONNECT=zsh\nCPUS=2\n" });
    expect(await readConfOf(removed.root)).toBe("CPUS=2\n");
  });

  test("unset removes a key, even an unknown one", async () => {
    const result = await run("config unset CPUS", { conf: "CPUS=2\nCONNECT=zsh\n" });
    expect([result.code, await readConfOf(result.root)]).toEqual([0, "CONNECT=zsh\n"]);
    expect(result.stderr).toMatch(/^CPUS is no longer set in .*\.cowork\.conf\.$/m);
    const slip = await run("config unset CPU --json", { conf: "CPU=2\n" });
    expect([slip.code, await readConfOf(slip.root)]).toEqual([0, ""]);
    expect(JSON.parse(slip.stdout)).toMatchObject({ key: "CPU", value: "" });
    const user = await run("config unset CPUS --user", { conf: "CPUS=2\n" });
    expect([user.code, await readConfOf(user.root)]).toEqual([2, "CPUS=2\n"]);
  });

  test("get prints the value in effect, list the origin of each value", async () => {
    expect((await run("config get CPUS", { conf: "CPUS=2\n" })).stdout).toBe("2\n");
    expect((await run("config get CPUS", { conf: "CPUS=2\n", env: { COWORK_CPUS: "3" } })).stdout).toBe("3\n");
    const list = await run("config list --json", { conf: "CPUS=2\n" });
    const { settings } = JSON.parse(list.stdout) as { settings: { key: string }[] };
    expect(settings.find(({ key }) => key === "CPUS")).toMatchObject({ value: "2", origin: "project" });
  });

  test.each([
    ["config unset CPUS", 2, /CPUS is not set in \S+\.cowork\.conf\.\n {2}Next: cowork config list/],
    ["config unset NOTHING", 2, /Unknown configuration key `NOTHING`/],
    ["config unset cpus", 2, /use CPUS/],
    ["config unset SESSIONS", 2, /managed by cowork/],
    ["config unset", 2, /Wrong arguments for/],
    ["config set CPUS many", 2, /CPUS/],
    ["config set NOTHING x", 2, /NOTHING/],
    ["config set SESSIONS x", 2, /managed by cowork/],
    ["config set CPUS", 2, /Wrong arguments for/],
    ["config frobnicate", 2, /Unknown action "frobnicate"/],
    ["config get", 2, /Wrong arguments for/],
  ])("cowork %s is refused", async (line, code, message) => {
    const result = await run(line);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
  });
});

describe("auth", () => {
  const login = {
    state: "ok" as const,
    detail: "logged in",
    method: "claude.ai",
    plan: "max",
    account: "p@example.invalid",
  };
  const status = {
    agent: "claude" as const,
    login,
    readable: true,
    repaired: [],
    problems: [],
    threats: ["a sets KEY"],
  };

  test("login passes the terminal through, and needs one", async () => {
    const answers = { login: async () => login };
    const result = await run("auth", { answers, columns: 80 });
    expect(result.code).toBe(0);
    expect(result.calls[0]?.[1]).toMatchObject({ longLived: false, settings: { agent: "claude" } });
    expect(result.calls[0]?.[2]).toMatchObject({ tty: { columns: 80 } });
    expect((await run("auth login", { answers })).stderr).toContain("Logging in needs a terminal.");
  });

  test("status shows the account and threats; 5 without a login", async () => {
    const well = await run("auth status", { answers: { authStatus: async () => status } });
    expect(well.code).toBe(0);
    expect(well.stdout).toContain("✔ Claude Code     logged in\n                  account  p@example.invalid\n");
    expect(well.stderr).toContain("note: a sets KEY");
    const none = { ...status, login: { state: "none" as const, detail: "not logged in" } };
    const without = await run("auth status --json", { answers: { authStatus: async () => none } });
    expect(without.code).toBe(5);
    expect(JSON.parse(without.stdout)).toMatchObject({
      agent: "claude",
      authMethod: null,
      state: "none",
      readable: true,
    });
    const text = await run("auth status", { answers: { authStatus: async () => none } });
    expect(text.stderr).toContain("Next: cowork auth login");
  });

  test("logout", async () => {
    const answers = { logout: async () => ({ loggedOut: true, notes: ["the vendor was informed"] }) };
    const result = await run("auth logout", { answers });
    expect([result.code, result.stdout]).toEqual([0, "Logged out, for all sessions on this host.\n"]);
  });

  test.each(["auth forget", "auth status --long-lived"])("cowork %s is refused", async (line) => {
    expect((await run(line)).code).toBe(2);
  });
});

describe("doctor, logs, help", () => {
  test("doctor fails if there is a problem", async () => {
    const checks = [
      { title: "Node", status: "ok" as const, detail: "24" },
      { title: "Engine", status: "problem" as const, detail: "does not answer", fix: "start it" },
    ];
    const result = await run("doctor --fix", { outside: true, answers: { doctor: async () => checks } });
    expect(result.code).toBe(1);
    expect(result.calls).toEqual([["doctor", { fix: true }]]);
    expect(result.stdout).toBe("✔ Node    24\n✖ Engine  problem: does not answer\n          Next: start it\n");
  });

  test("doctor works with a broken configuration", async () => {
    const result = await run("doctor --json", { conf: "CPUS=many\n", answers: { doctor: async () => [] } });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({ checks: [{ title: "Project", status: "problem" }] });
  });

  test("logs writes to stdout", async () => {
    const logs: SessionHost["logs"] = async (_selector, _options, out) => void out.write("line\n");
    const result = await run("logs a -f", { answers: { logs } });
    expect([result.stdout, result.calls[0]?.[2]]).toEqual(["line\n", { follow: true }]);
  });

  test("help for an unknown command suggests one", async () => {
    const result = await run("help inti");
    expect([result.code, result.stderr]).toEqual([
      2,
      'cowork: Unknown command "inti". Did you mean init?\n  Next: cowork help init\n',
    ]);
  });
});

describe("an error", () => {
  test("an internal error is one line, with a stack only with --verbose", async () => {
    const answers = {
      list: async () => {
        throw new TypeError("x is not a function");
      },
    };
    const quiet = await run("list", { answers });
    expect(quiet.stderr).toBe(
      "cowork: x is not a function\n  Next: run it again with --verbose and report what it prints\n",
    );
    expect((await run("list --verbose", { answers })).stderr).toMatch(/INTERNAL[^]*at /);
  });

  test("foreign control characters never reach the terminal", async () => {
    const answers = {
      list: async () => [sessionView({ branch: "\u001B[31mred\u001B]0;title\u0007\nnext" })],
      status: async () => {
        throw new CoworkError("GIT_FAILED", "git said: \u001B[2Jgone\r\n", { hint: "\u009B1A" });
      },
    };
    const list = await run("list", { answers });
    // oxlint-disable-next-line no-control-regex -- the test looks for control characters
    expect(list.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    expect((await run("status", { answers })).stderr).toBe("cowork: git said: gone\n");
  });
});
