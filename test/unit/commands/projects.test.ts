import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
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
        { name: "app", root, sessions: 2, exists: true },
        { name: "gone", root: join(parent, "gone"), sessions: 1, exists: false },
        { name: "second", root: join(parent, "two"), sessions: 1, exists: true },
      ],
    },
  ]);
  const table = await run("projects", { prepare, columns: 60, env: { NO_COLOR: "1" } });
  expect(table.stdout).toMatch(/^PROJECT +SESSIONS +FOLDER\napp +2 /);
  for (const line of table.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
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
  expect(JSON.parse(json.stdout)).toEqual({ project: { name: "app", root: json.root, sessions: 0, exists: true } });
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
