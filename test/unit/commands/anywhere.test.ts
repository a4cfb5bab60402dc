import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { knownProjects, rememberProject } from "../../../src/project/known-projects.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { OneSession } from "../../../src/session/session-host.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { runCommandLine as run, type CommandSetting } from "../../support/home/run-command-line.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";

type Prepared = Parameters<NonNullable<CommandSetting["prepare"]>>[0];

/** Writes a session's record, as `init` does. Default root: the project in which the command is called. */
async function onRecord(
  { home, root: here }: Prepared,
  project: string,
  name: string,
  { root = here, branch = name, ...more }: { root?: string; branch?: string; hidden?: boolean } = {},
): Promise<void> {
  const id = `${project}-${name}`;
  const folder = join(home, ".cowork", "state", id);
  const none = { volumes: [], images: [], carried: [] };
  const start = { branch, commit: "c0", existing: false };
  const dates = { createdAt: "2026-03-01T12:00:00.000Z", phase: "ready", agent: "claude", cloned: true };
  const record = {
    schema: 1,
    id,
    name,
    project,
    projectRoot: root,
    folder: project,
    rootCommit: "r0",
    start,
    ...dates,
    ...none,
    ...more,
  };
  await mkdir(folder, { recursive: true });
  await mkdir(join(home, ".cowork", "sessions", id, "src"), { recursive: true });
  await writeFile(join(folder, "session.json"), JSON.stringify(record));
}

const answers = {
  list: async () => [sessionView()],
  status: async () => [sessionStatus()],
  connect: async () => 0,
  diff: async () => ({ text: "", truncated: false }) as never,
  logs: async () => undefined,
  start: async () => [],
  stop: async () => [],
  clean: async () => [{ name: "fix", ok: true, exitCode: 0, notes: [], unsaved: [], removed: [] }],
};
const asked = (call: readonly unknown[] | undefined): OneSession => {
  const [, request] = call ?? [];
  return (request as { selector?: OneSession }).selector ?? (request as OneSession);
};

describe("a session of another project", () => {
  const prepare = async (place: Prepared): Promise<void> => {
    const other = join(place.root, "..", "other");
    await mkdir(other);
    await onRecord(place, "other", "fix", { root: other });
    await onRecord(place, "app", "a");
  };

  test.each([
    "connect other/fix -- true",
    "connect other-fix -- true",
    "connect other-fix@local -- true",
    "connect other/Fix@local -- true",
    "diff other/fix",
    "logs other-fix",
    "status other/fix",
    "start other-fix",
    "stop other/fix",
    "stop other-fix other/fix other-fix@local",
    "clean other/fix",
  ])("%s works in any folder", async (line) => {
    for (const outside of [false, true]) {
      const { code, calls, root, stderr } = await run(line, { answers, prepare, outside });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(asked(calls[0])).toEqual({
        project: { name: "other", root: expect.stringMatching(/other$/), rootCommit: expect.any(String) },
        names: ["fix"],
      });
      expect(root).not.toBe(asked(calls[0]).project?.root);
    }
  });

  test("the next step after an error starts with cd to the project", async () => {
    const connect = async (): Promise<never> => {
      throw new CoworkError("SESSION_INCOMPLETE", "fix was never completed.", { hint: "cowork init fix" });
    };
    const setting = { answers: { connect }, prepare };
    expect((await run("connect other/fix", setting)).stderr).toMatch(/Next: cd \S+other && cowork init fix\n/);
    expect((await run("connect a", setting)).stderr).toContain("Next: cowork init fix\n");
  });

  test("clean of a session whose project no longer exists still asks its host", async () => {
    const gone = async (place: Prepared): Promise<void> =>
      await onRecord(place, "gone", "b", { root: join(place.root, "..", "gone") });
    const { code, calls } = await run("clean gone-b", { answers, prepare: gone, outside: true });
    expect({ code, asked: asked(calls[0]) }).toMatchObject({
      code: 0,
      asked: { project: { name: "gone" }, names: ["b"] },
    });
  });

  test("sessions of several projects are handled project by project", async () => {
    const { calls } = await run("stop a other/fix", { answers, prepare });
    expect(calls.map(([, selector]) => (selector as OneSession).names)).toEqual([["a"], ["fix"]]);
  });

  test("a bare name that only another project has is suggested, not used", async () => {
    const missing = async (): Promise<never> => {
      throw new CoworkError("SESSION_NOT_FOUND", "Session fix not found in project app.", {
        hint: "cowork init fix",
      });
    };
    const here = await run("connect fix -- true", { answers: { connect: missing }, prepare });
    expect(here.stderr).toContain("Session fix not found in project app. Did you mean other/fix?");
    const outside = await run("connect fix -- true", { answers, prepare, outside: true });
    expect(outside).toMatchObject({ code: 1, calls: [] });
    expect(outside.stderr).toContain("Did you mean other/fix?\n  Next: cowork connect other/fix");
  });

  test.each([
    [2, "Did you mean p1/fix or p2/fix?"],
    [3, "Did you mean p1/fix, p2/fix or p3/fix?"],
    [4, "Did you mean p1/fix, p2/fix, p3/fix or another?"],
  ])("a bare name that %d projects have does not choose one of them", async (count, question) => {
    const several = async (place: Prepared): Promise<void> => {
      for (let n = 1; n <= count; n += 1) await onRecord(place, `p${n}`, "fix", { root: join(place.root, `../p${n}`) });
    };
    const { code, stderr } = await run("connect fix -- true", { answers, prepare: several, outside: true });
    expect(code).toBe(1);
    expect(stderr).toContain(`${question}\n  Next: cowork list --all\n`);
    expect(stderr).not.toContain("@local");
  });

  test("clean does not suggest the session of another project with the same name", async () => {
    const clean = async (): Promise<never> => {
      throw new CoworkError("SESSION_NOT_FOUND", "Session fix not found in project app.", { hint: "cowork list" });
    };
    const { code, stderr } = await run("clean fix", { answers: { clean }, prepare });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("Next: cowork list") as string });
    expect(stderr).not.toContain("other/fix");
  });
});

describe("an ambiguous name", () => {
  const prepare = async (place: Prepared): Promise<void> => {
    await onRecord(place, "a", "b-c", { root: join(place.root, "..", "one") });
    const two = join(place.root, "..", "two");
    await mkdir(join(two, ".cowork"), { recursive: true });
    await writeFile(join(two, ".cowork", ".cowork.conf"), "PROJECT=a-b\nSESSIONS=c@box\n");
    await mkdir(join(place.home, ".cowork"), { recursive: true });
    await writeFile(join(place.home, ".cowork", "projects.json"), JSON.stringify({ roots: [two] }));
  };

  test("is an error that lists the matches, and @host selects one", async () => {
    const both = await run("connect a-b-c -- true", { answers, prepare, remotes: { box: answers } });
    expect(both).toMatchObject({ code: 2, calls: [] });
    expect(both.stderr).toContain("a-b-c is ambiguous: a/b-c@local or a-b/c@box.\n  Next: cowork connect a/b-c@local");
    expect((await run("connect a-b-c@local -- true", { answers, prepare })).calls[0]?.[0]).toBe("connect");
  });
});

describe("inside a session's clone", () => {
  const inClone = (line: string, more: CommandSetting = {}) => {
    let clone = "/";
    return run(line, {
      answers,
      prepare: async (place) => {
        await onRecord(place, "app", "a");
        await onRecord(place, "app", "b");
        clone = join(place.home, ".cowork/sessions/app-b/src");
      },
      onCaller: (caller) => Object.assign(caller, { cwd: () => clone }),
      ...more,
    });
  };

  test.each(["connect -- true", "diff", "logs"])("%s uses that session", async (line) => {
    const { code, calls } = await inClone(line);
    expect(code).toBe(0);
    expect(asked(calls[0]).names).toEqual(["b"]);
  });

  test("also if its project no longer exists", async () => {
    let clone = "/";
    const prepare = async (place: Prepared): Promise<void> => {
      await onRecord(place, "gone", "b", { root: join(place.root, "..", "gone") });
      clone = join(place.home, ".cowork/sessions/gone-b");
    };
    const onCaller = (caller: object): void => void Object.assign(caller, { cwd: () => clone });
    const { code, calls } = await run("connect -- true", { answers, prepare, onCaller });
    expect(code).toBe(0);
    expect(asked(calls[0])).toMatchObject({ project: { name: "gone", rootCommit: "r0" }, names: ["b"] });
  });

  test("a name still selects another session, and stop without a name all of them", async () => {
    expect(asked((await inClone("diff a")).calls[0]).names).toEqual(["a"]);
    expect((await inClone("stop")).calls[0]?.[1]).not.toHaveProperty("names");
  });
});

describe("no name", () => {
  test("a project's only session is used, with a note", async () => {
    const { code, calls, stderr } = await run("connect -- true", {
      answers,
      prepare: async (place) => await onRecord(place, "app", "a"),
    });
    expect({ code, names: asked(calls[0]).names }).toEqual({ code: 0, names: ["a"] });
    expect(stderr).toContain("using a, the only session of app");
  });

  const two = async (place: Prepared): Promise<void> => {
    await onRecord(place, "app", "a");
    await onRecord(place, "app", "b");
  };

  test("a hidden session is not offered, but can be named", async () => {
    const prepare = async (place: Prepared): Promise<void> => {
      await onRecord(place, "app", "a");
      await onRecord(place, "app", "b", { hidden: true });
    };
    const { calls, stderr } = await run("connect -- true", { answers, prepare });
    expect([asked(calls[0]).names, stderr]).toEqual([["a"], expect.stringContaining("the only session of app")]);
    expect(asked((await run("connect b -- true", { answers, prepare })).calls[0]).names).toEqual(["b"]);
  });

  test("without a terminal, none of several sessions is chosen", async () => {
    for (const line of ["connect", "connect -- ls", "logs", "diff --json"]) {
      const result = await run(line, { answers, prepare: two });
      expect(result).toMatchObject({ code: 2, calls: [] });
      expect(result.stdout + result.stderr).toContain("Name a session for cowork");
      expect(result.stdout + result.stderr).toMatch(/cowork \w+ a(?:",)?\n/);
    }
    const outside = await run("logs", { answers, prepare: two, outside: true });
    expect(outside.stderr).toContain("Sessions: app/a, app/b\n  Next: cowork logs app/a\n");
  });

  test("on a terminal the user chooses", async () => {
    // Arrow down, Enter.
    const { code, calls } = await run("diff", { answers, prepare: two, columns: 80, input: "\u001B[B\r" });
    expect({ code, names: asked(calls[0]).names }).toEqual({ code: 0, names: ["b"] });
  });

  test.each(["connect --no-tmux", "logs", "pull", "push", "diff --stat"])(
    "%s without a session asks which one",
    async (line) => {
      const { calls, stderr } = await run(line, { prepare: two, columns: 80, input: "\u001B[B\r" });
      expect(stderr).toContain("Which session?");
      expect(JSON.stringify(calls[0])).toContain('"names":["b"]');
    },
  );

  test("outside of a project and without records, the next step mentions a project", async () => {
    const result = await run("logs", { outside: true });
    expect(result).toMatchObject({ code: 2, calls: [] });
  });
});

describe("a typo", () => {
  const missing = async (): Promise<never> => {
    throw new CoworkError("SESSION_NOT_FOUND", "Session serch not found in project app.", {
      hint: "cowork init serch",
    });
  };
  const prepare = async (place: Prepared): Promise<void> => {
    await onRecord(place, "app", "search");
    await onRecord(place, "app", "task-1");
  };

  test.each([
    ["connect serch", "connect search"],
    ["stop serch", "stop search"],
    ["connect app-serch", "connect app-search"],
    ["status app/serch", "status app/search"],
  ])("%s suggests the nearest name instead of creating a session", async (line, next) => {
    const failing = { connect: missing, stop: missing, status: missing };
    const { code, stderr } = await run(line, { answers: failing, prepare });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Did you mean .*search\?\n {2}Next: /);
    expect(stderr).toContain(`Next: cowork ${next}\n`);
    expect(stderr).not.toContain("init");
  });

  test("the next step keeps the rest of the line, but for what must be meant for that session", async () => {
    const failing = { claim: missing, claims: missing, claimMake: missing, clean: missing, connect: missing };
    const next = async (line: string[]): Promise<string | undefined> =>
      / {2}Next: (.*)\n/.exec((await run(line, { answers: failing, prepare })).stderr)?.[1];
    expect(await next(["connect", "serch", "--", "ls", "a b"])).toBe("cowork connect search -- ls 'a b'");
    expect(await next(["clean", "serch", "--force", "--purge"])).toBe("cowork clean search --purge");
    expect(await next(["connect", "serch", "--", "x".repeat(300)])).toBe("cowork connect search");
  });

  test("a branch's name suggests the session on that branch", async () => {
    const onBranch = async (place: Prepared): Promise<void> =>
      await onRecord(place, "app", "x", { branch: "feature/long-name" });
    const { code, stderr } = await run("connect feature/long-name", { prepare: onBranch });
    expect(code).toBe(1);
    expect(stderr).toContain("Did you mean x?\n  Next: cowork connect x\n");
  });

  test("a new session with a name similar to another one is reported as new", async () => {
    const failed = async (): Promise<never> => await Promise.reject(new CoworkError("ENGINE_FAILED", "Stop here."));
    const notes = async (names: string) => (await run(`init ${names}`, { answers: { init: failed }, prepare })).stderr;
    expect(await notes("serch")).toContain("note: serch is a new session; search exists too");
    expect(await notes("search task-2 x")).not.toContain("new session");
  });

  test.each(["x", "task-2", "quite-another"])("%s is not a typo", async (word) => {
    const { stderr } = await run(`connect ${word}`, { answers: { connect: missing }, prepare });
    expect(stderr).not.toContain("Did you mean");
  });
});

test("outside of a project list and status show every project's sessions", async () => {
  for (const line of ["list", "status"]) {
    const { code, calls, stdout } = await run(line, { answers, outside: true });
    expect(code).toBe(0);
    expect(calls[0]?.slice(0, 2)).toEqual([line, {}]);
    expect(stdout).toContain("app");
  }
});

describe("list leaves out hidden sessions", () => {
  const list = async () => [
    sessionView({ name: "a" }),
    sessionView({ name: "b", state: "stopped", container: null, hidden: true }),
  ];

  test("and says how to see them", async () => {
    const { stdout, stderr } = await run("list", { answers: { list }, columns: 80 });
    expect(stdout).not.toContain("b ");
    expect(stderr).toContain("1 hidden: cowork list --hidden");
    const json = await run("list --json", { answers: { list } });
    expect((JSON.parse(json.stdout) as { sessions: unknown[] }).sessions).toHaveLength(1);
    const none = await run("list", { answers: { list: async () => (await list()).slice(1) } });
    expect(none.stderr).toContain("No sessions in app.\n  Next: cowork list --hidden\n");
  });

  test("--hidden shows them, from another machine too", async () => {
    const shown = await run("list --hidden", { answers: { list }, columns: 80, env: { NO_COLOR: "1" } });
    expect(shown.stdout).toMatch(/^b +stopped, hidden/m);
    expect(shown.stderr).not.toContain("hidden");
    const remotes = { box: { list } };
    const json = await run("list --hidden --host box --json", { remotes });
    expect(JSON.parse(json.stdout)).toMatchObject({ sessions: [{ name: "a" }, { name: "b", hidden: true }] });
  });
});

test("a remote session is found in any folder through its project's SESSIONS, on a host that was added", async () => {
  const prepare = async ({ root, home }: Prepared): Promise<void> => {
    await mkdir(join(root, ".cowork"));
    await writeFile(join(root, ".cowork", ".cowork.conf"), "SESSIONS=a@box b@evil\n");
    await writeFile(join(home, ".cowork", "projects.json"), JSON.stringify({ roots: [root] }));
  };
  const setting = { prepare, outside: true, remotes: { box: answers, evil: answers }, unknown: ["evil"] };
  for (const word of ["app-a", "app/a", "app-a@box"]) {
    expect((await run(`connect ${word} -- true`, setting)).calls[0]?.[0]).toBe("box connect");
  }
  // The file may come from a repository, so a host in it is not the user's choice.
  expect(await run("connect app-b -- true", setting)).toMatchObject({ code: 4, calls: [] });
});

test("projects are remembered once, and removed when their folder no longer exists", async () => {
  const { home, root } = await run("list", { answers });
  const ctx = {
    paths: coworkPaths(join(home, ".cowork")),
    clock: { now: () => new Date(), sleep: async () => undefined },
  };
  const signal = new AbortController().signal;
  const remember = async (path: string) => await rememberProject({ ...ctx, signal }, path);
  await remember(root);
  await remember(join(home, "gone"));
  expect(await knownProjects(ctx)).toEqual([root]);
  await writeFile(ctx.paths.projects, "{");
  expect(await knownProjects(ctx)).toEqual([]);
  await rm(ctx.paths.projects);
  await remember(root);
  expect(JSON.parse(await readFile(ctx.paths.projects, "utf8"))).toEqual({ roots: [root] });
});

test("status reads slow facts only with --verbose, and --json includes everything", async () => {
  const options = async (line: string) =>
    (await run(line, { answers, prepare: async (place) => await onRecord(place, "app", "a") })).calls[0]?.[2];
  expect(await options("status a")).toMatchObject({ brief: true });
  expect(await options("status a --verbose")).not.toHaveProperty("brief");
  expect(await options("status a --json")).not.toHaveProperty("brief");
});
