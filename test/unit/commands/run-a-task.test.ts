import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import type { RunRequest, RunView } from "../../../src/contract/work/run.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { runView } from "../../support/fakes/run-view.ts";
import { runCommandLine as run } from "../../support/home/run-command-line.ts";

const conf = "SESSIONS=a\n";
const login = { state: "ok" as const, detail: "logged in" };
const status = { agent: "claude" as const, login, readable: true, repaired: [], problems: [], threats: [] };
const missing = new CoworkError("SESSION_NOT_FOUND", "Session does not exist.");

/** A host with session a, that starts every run. */
function host(change: Partial<SessionHost> = {}): Partial<SessionHost> {
  return {
    authStatus: async () => status,
    list: async ({ names }) => {
      if (names?.[0] === "a") return [sessionView()];
      throw missing;
    },
    init: async ({ sessions }) =>
      sessions.map(({ name }) => ({ name, ok: true, exitCode: 0, notes: [], session: sessionView({ name }) })),
    runStart: async ({ names: [name] }, { prompt }) => runView({ id: `${name}:1`, session: name, title: prompt }),
    ...change,
  };
}

function requestOf(calls: readonly unknown[][]): RunRequest {
  const [, , request] = calls.find(([name]) => name === "runStart") ?? [];
  return request as RunRequest;
}

test("the task goes to the session with the settings in force, and the id of the run is printed", async () => {
  const { code, stdout, stderr, calls } = await run(["run", "a", "add a file"], { answers: host(), conf });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "a:1\n" });
  expect(stderr).toContain("cowork logs a:1 -f");
  expect(requestOf(calls)).toMatchObject({
    action: "implement",
    prompt: "add a file",
    permissions: "edits",
    budget: 25,
    timeoutMs: 4 * 3600_000,
    commit: "auto",
    runs: 4,
  });
  expect(calls.map(([name]) => name)).not.toContain("init");
});

test("flags win over variables and files", async () => {
  const line = ["run", "a", "x", "--permissions", "ask", "--budget", "2.50", "--timeout", "1h30m", "--model", "opus"];
  const { code, calls } = await run(line, { answers: host(), conf: `${conf}PERMISSIONS=all\nBUDGET=5\n` });
  expect(code).toBe(0);
  expect(requestOf(calls)).toMatchObject({ permissions: "ask", budget: 2.5, timeoutMs: 5400_000, model: "opus" });
});

test.each([
  [["run", "a", "x", "--permissions", "root"], "`ask`, `edits` or `all`"],
  [["run", "a", "x", "--budget", "-1"], "an amount"],
  [["run", "a", "x", "--timeout", "soon"], "a duration"],
  [["run", "a", "x", "--action", "destroy"], "--action must be"],
  [["run", "a", "x", "--copies", "0"], "--copies must be"],
  [["run", "a", "x", "--copies", "21"], "--copies must be"],
  [["run", "a", "x", "--commit", "never"], "--commit must be"],
  [["run", "a", "x", "--max-turns", "1.5"], "--max-turns must be"],
  [["run", "a", "x", "--resume", "b:2"], "--resume takes a run of the session"],
  [["run", "a", "x", "--from", "main"], "are for new sessions"],
  [["run", "a", " "], "The task is empty"],
  [["run", "a"], "text for the agent is missing"],
  [["run", "a", "x", "-F", "file"], "not both"],
  [["run", "a", "npm", "test"], "cowork connect a -- npm test"],
  [["run", "fix the tests"], "cowork run <session> 'fix the tests'"],
])("%j is a usage error that names the way", async (line, text) => {
  const { code, stderr, calls } = await run(line, { answers: host(), conf });
  expect(stderr).toContain(text);
  expect(code).toBe(2);
  expect(calls.map(([name]) => name)).not.toContain("runStart");
});

test("without a login nothing is created and the exit code is 5", async () => {
  const none = { ...status, login: { state: "none" as const, detail: "not logged in" } };
  const { code, stderr, calls } = await run(["run", "new", "x"], {
    answers: host({ authStatus: async () => none }),
  });
  expect(code).toBe(5);
  expect(stderr).toContain("cowork auth login");
  expect(calls.map(([name]) => name)).not.toContain("init");
});

test("a new name creates the session first", async () => {
  const { code, stdout, calls } = await run(["run", "fresh", "x"], { answers: host() });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "fresh:1\n" });
  const order = calls.map(([name]) => name).filter((name) => ["init", "runStart"].includes(name));
  expect(order).toEqual(["init", "runStart"]);
});

test("a session that could not be created gets no run", async () => {
  const failed = {
    name: "fresh",
    ok: false,
    exitCode: 1,
    notes: [],
    error: { code: "UP_FAILED" as const, message: "It failed." },
  };
  const { code, stderr, calls } = await run(["run", "fresh", "x"], { answers: host({ init: async () => [failed] }) });
  expect(code).toBe(1);
  expect(stderr).toContain("It failed.");
  expect(calls.map(([name]) => name)).not.toContain("runStart");
});

test("a name that is nearly another's is not created without an answer", async () => {
  const answers = host({ list: async () => Promise.reject(missing) });
  const { code, stderr, calls } = await run(["run", "parsers", "x"], { answers, conf: "SESSIONS=parser@box\n" });
  expect(code).toBe(1);
  expect(stderr).toContain("Did you mean parser?");
  expect(calls.map(([name]) => name)).not.toContain("init");
});

test("--copies creates numbered sessions and starts a run in each", async () => {
  const { code, stdout, calls } = await run(["run", "fix", "x", "--copies", "3"], { answers: host() });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "fix-1:1\nfix-2:1\nfix-3:1\n" });
  expect(calls.filter(([name]) => name === "init")).toHaveLength(1);
});

test("--dry-run creates and starts nothing", async () => {
  const { code, stdout, calls } = await run(["run", "fresh", "x", "--dry-run"], { answers: host() });
  expect(code).toBe(0);
  expect(stdout).toContain("create session fresh");
  expect(stdout).toContain("$25.00");
  expect(calls.map(([name]) => name).filter((name) => name !== "list")).toEqual([]);
});

test.each([
  [["--resume"], "last"],
  [["--resume", "a:3"], 3],
  [["--resume=2"], 2],
])("run %j continues a conversation", async (flags, resume) => {
  const { code, calls } = await run(["run", "a", "more", ...flags], { answers: host(), conf });
  expect(code).toBe(0);
  expect(requestOf(calls)).toMatchObject({ prompt: "more", resume });
});

test("--resume before the task does not take the task as a run", async () => {
  const { calls } = await run(["run", "a", "--resume", "more tests"], { answers: host(), conf });
  expect(requestOf(calls)).toMatchObject({ prompt: "more tests", resume: "last" });
});

test("the task comes from a file or from stdin, however long", async () => {
  const long = "word ".repeat(50_000);
  const prepare = async ({ root }: { root: string }): Promise<void> => await writeFile(join(root, "TASK.md"), long);
  const { calls } = await run(["run", "a", "-F", "TASK.md"], { answers: host(), conf, prepare });
  expect(requestOf(calls).prompt).toBe(long);
  const missingFile = await run(["run", "a", "-F", "none.md"], { answers: host(), conf });
  expect(missingFile.code).toBe(1);
  expect(missingFile.stderr).toContain("none.md");
});

test("analyze and review never commit, and review has a task of its own", async () => {
  const { calls } = await run(["run", "a", "--action", "review"], { answers: host(), conf });
  expect(requestOf(calls)).toMatchObject({ action: "review", commit: "off" });
  expect(requestOf(calls).prompt).toContain("Review");
});

test("--wait shows each change, prints the result, and fails with 6 if the run failed", async () => {
  const states: Partial<RunView>[] = [
    { state: "running" },
    { state: "waiting", detail: "approval of Bash" },
    { state: "completed", result: "Done.\nAll of it." },
  ];
  const runs = async (): Promise<RunView[]> => [runView({ id: "a:1", session: "a", ...states.shift() })];
  const good = await run(["run", "a", "x", "--wait"], { answers: host({ runs }), conf });
  expect({ code: good.code, stdout: good.stdout }).toEqual({ code: 0, stdout: "Done.\nAll of it.\n" });
  expect(good.stderr).toContain("a:1 waiting (approval of Bash)");
  expect(good.stderr).toContain("cowork approvals");
  const bad = await run(["run", "a", "x", "--wait"], {
    answers: host({ runs: async () => [runView({ id: "a:1", state: "stopped", reason: "budget" })] }),
    conf,
  });
  expect(bad.code).toBe(6);
  expect(bad.stderr).toContain("Run a:1 stopped (budget)");
});

test("runs lists the newest first, and one run with its files", async () => {
  const runs = [
    runView({ id: "a:1", createdAt: "2026-03-01T11:00:00.000Z", title: "first" }),
    runView({ id: "a:2", n: 2, createdAt: "2026-03-01T11:30:00.000Z", title: "second", state: "failed", detail: "no" }),
  ];
  const answers = host({ runs: async (_, { n }) => runs.filter((one) => n === undefined || one.n === n) });
  const all = await run("runs", { answers, conf });
  expect(all.stdout.indexOf("second")).toBeLessThan(all.stdout.indexOf("first"));
  const one = await run("runs a:2", { answers, conf });
  expect(one.stdout).toContain("failed: no");
  const none = await run("runs a:9", { answers, conf });
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("Session a has no run 9.");
});

test("runs --save writes the files of a run, and overwrites nothing", async () => {
  const runFiles: SessionHost["runFiles"] = async (_selector, _n, out) => {
    const tar = pack();
    tar.entry({ name: "report.md" }, "the report");
    tar.finalize();
    for await (const chunk of tar) out.write(chunk);
  };
  const options = { answers: host({ runFiles }), conf };
  const prepare = async ({ root }: { root: string }): Promise<void> => await writeFile(join(root, "report.md"), "mine");
  const good = await run("runs a:1 --save out", options);
  expect(good.code).toBe(0);
  expect(await readFile(join(good.root, "out", "report.md"), "utf8")).toBe("the report");
  const refused = await run("runs a:1 --save .", { ...options, prepare });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("nothing is overwritten");
  const file = await run("runs a:1 --save report.md", { ...options, prepare });
  expect([file.code, file.stderr]).toEqual([
    2,
    expect.stringMatching(/report\.md cannot be a folder: there is a file/),
  ]);
  expect(await readFile(join(refused.root, "report.md"), "utf8")).toBe("mine");
});

test.each(["../evil", "/etc/evil", "a/b", ".hidden"])("runs --save refuses a file called %s", async (name) => {
  const runFiles: SessionHost["runFiles"] = async (_selector, _n, out) => {
    const tar = pack();
    tar.entry({ name }, "text");
    tar.finalize();
    for await (const chunk of tar) out.write(chunk);
  };
  const { code, stderr } = await run("runs a:1 --save out", { answers: host({ runFiles }), conf });
  expect(code).toBe(4);
  expect(stderr).toContain("unexpected name");
});

test("a file that is missing, a folder, or endless is refused with its name", async () => {
  const refused = async (file: string): Promise<[number, string]> => {
    const { code, stderr } = await run(["run", "a", "-F", file], { answers: host(), conf });
    return [code, stderr];
  };
  expect(await refused("nope.md")).toEqual([1, expect.stringMatching(/There is no file .*nope\.md\./)]);
  expect(await refused("/")).toEqual([1, expect.stringContaining("/ is a folder, not a file.")]);
  expect(await refused("/dev/zero")).toEqual([1, expect.stringContaining("larger than 4 MiB")]);
});

test("a task that is not quoted gets two next steps that work when typed", async () => {
  const { code, stderr } = await run(["run", "a", "fix", "it's"], { answers: host(), conf });
  expect([code, stderr]).toEqual([2, expect.stringContaining("cowork connect a -- fix 'it'\\''s'")]);
  expect(stderr).toContain("Next: cowork run a 'fix it'\\''s'\n");
  expect((await run(["run", "fix it"], { answers: host(), conf })).stderr).toContain("cowork run <session> 'fix it'\n");
  expect((await run(["run", "my api", "fix"], { answers: host(), conf })).stderr).toContain("not a valid session name");
});
