import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionView } from "../../../src/session/types.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { runCommandLine as run, type CommandSetting } from "../../support/home/run-command-line.ts";

type Prepared = Parameters<NonNullable<CommandSetting["prepare"]>>[0];

async function onRecord({ home, root }: Prepared, project: string, name: string, projectRoot = root): Promise<void> {
  const id = `${project}-${name}`;
  const folder = join(home, ".cowork", "state", id);
  await mkdir(folder, { recursive: true });
  const start = { branch: name, commit: "c0", existing: false };
  const facts = { schema: 1, id, name, project, projectRoot, folder: project, rootCommit: "r0", start };
  const rest = { createdAt: "2026-03-01T12:00:00.000Z", phase: "ready", agent: "claude", cloned: true };
  await writeFile(
    join(folder, "session.json"),
    JSON.stringify({ ...facts, ...rest, volumes: [], images: [], carried: [] }),
  );
}

const remembered = async (home: string): Promise<unknown> =>
  JSON.parse(await readFile(join(home, ".cowork", "projects.json"), "utf8"));

test("lists projects with sessions, local and remote, and added ones", async () => {
  const prepare = async (place: Prepared): Promise<void> => {
    await onRecord(place, "app", "a");
    await onRecord(place, "app", "b");
    await onRecord(place, "gone", "c", join(place.root, "..", "gone"));
    const two = join(place.root, "..", "two");
    await mkdir(join(two, ".cowork"), { recursive: true });
    await writeFile(join(two, ".cowork", ".cowork.conf"), "PROJECT=second\nSESSIONS=x@box y\n");
    await writeFile(join(place.home, ".cowork", "projects.json"), JSON.stringify({ roots: [two] }));
  };
  const { code, stdout, root } = await run("projects --json", { prepare, outside: true, env: { COWORK_PROJECT: "x" } });
  const parent = join(root, "..");
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      projects: [
        { name: "app", root, sessions: 2, exists: true, hosts: ["local"], known: true },
        { name: "gone", root: join(parent, "gone"), sessions: 1, exists: false, hosts: ["local"], known: true },
        { name: "second", root: join(parent, "two"), sessions: 1, exists: true, hosts: ["box"], known: true },
      ],
    },
  ]);
  const table = await run("projects", { prepare, columns: 60, env: { NO_COLOR: "1" } });
  expect(table.stdout).toMatch(/^PROJECT +SESSIONS +HOSTS +FOLDER\napp +2 +local /);
  for (const line of table.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
});

describe("projects on other hosts", () => {
  const conf = "SESSIONS=b@box moved@box\n";
  const list = async (root: string): Promise<SessionView[]> => [
    sessionView({ name: "b", projectRoot: root }),
    sessionView({ name: "moved", projectRoot: "/old/place/app" }),
    sessionView({ name: "x", project: "theirs", projectRoot: "/home/other/theirs" }),
    sessionView({ name: "y", project: "theirs", projectRoot: "/home/other/theirs" }),
    sessionView({ name: "damaged", project: "", projectRoot: "" }),
  ];
  const prepare = async (place: Prepared): Promise<void> => await onRecord(place, "app", "a");
  const gone = async (): Promise<never> => {
    throw new CoworkError("HOST_UNREACHABLE", "off does not answer.");
  };
  const strange = async (): Promise<never> => {
    throw new CoworkError("HOST_ANSWER_INVALID", "odd answers nonsense.");
  };

  test("are listed once each, with those made from another machine; a host that does not answer is named", async () => {
    let root = "";
    const where = async (place: Prepared): Promise<void> => {
      root = place.root;
      await prepare(place);
    };
    const remotes = { box: { list: async () => await list(root) }, off: { list: gone }, odd: { list: strange } };
    const { code, stdout, stderr } = await run("projects --json", { prepare: where, conf, remotes });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        projects: [
          { name: "app", root, sessions: 3, exists: true, hosts: ["local", "box"], known: true },
          { name: "theirs", root: "/home/other/theirs", sessions: 2, exists: false, hosts: ["box"], known: false },
        ],
      },
    ]);
    const table = await run("projects", { prepare: where, conf, remotes, columns: 90, env: { NO_COLOR: "1" } });
    expect(table.stdout).toMatch(/^theirs +2 +box +\/home\/other\/theirs \(on another machine\)$/m);
    expect(stderr + table.stderr).toMatch(/off does not answer\.[^]*odd answers nonsense\./);
  });

  test("--host lists those of one host, and fails if it does not answer", async () => {
    const remotes = { box: { list: async () => await list("/x") }, off: { list: gone } };
    const names = ({ stdout }: { stdout: string }): string[] =>
      (JSON.parse(stdout) as { projects: { name: string }[] }).projects.map(({ name }) => name);
    const setting = { prepare, remotes };
    expect(names(await run("projects --host local --json", setting))).toEqual(["app"]);
    expect(names(await run("projects --host box --json", setting))).toEqual(["app", "app", "theirs"]);
    expect(await run("projects --host off", setting)).toMatchObject({ code: 4, stdout: "" });
  });
});

test("add saves a project without sessions, remove removes it by name or folder", async () => {
  const added = await run("projects add");
  expect([added.code, await remembered(added.home)]).toEqual([0, { roots: [added.root] }]);
  expect(added.stderr).toBe(`Added app at ${added.root}.\n`);
  const prepare = async ({ root, home }: Prepared): Promise<void> => {
    await mkdir(join(home, ".cowork"));
    await writeFile(join(home, ".cowork", "projects.json"), JSON.stringify({ roots: [root] }));
  };
  for (const line of ["projects remove app", "projects remove app/"]) {
    const { code, home, stderr } = await run(line, { prepare, outside: true });
    expect([line, code, await remembered(home)]).toEqual([line, 0, { roots: [] }]);
    expect(stderr).toContain("Removed app from the list");
  }
  const json = await run("projects add app --json", { outside: true });
  expect(JSON.parse(json.stdout)).toEqual({
    project: { name: "app", root: json.root, sessions: 0, exists: true, hosts: [] },
  });
});

test.each([
  ["projects add nowhere", 1, /nowhere/],
  ["projects remove nothing", 2, /Unknown project nothing/],
  ["projects remove app", 2, /app cannot be removed: it has 1 session\.\n {2}Next: run cowork clean/],
  ["projects remove", 2, /Wrong arguments/],
  ["projects frob", 2, /Wrong arguments/],
])("cowork %s is refused", async (line, code, message) => {
  const result = await run(line, { prepare: async (place) => await onRecord(place, "app", "a") });
  expect([result.code, result.stdout]).toEqual([code, ""]);
  expect(result.stderr).toMatch(message);
});

test("without projects, the next step is shown", async () => {
  const { code, stderr } = await run("projects");
  expect([code, stderr]).toEqual([0, expect.stringContaining("cowork init <name>")]);
});
