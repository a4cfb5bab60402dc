import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { confFileOf } from "../../../src/project/find-place.ts";
import {
  addSessions,
  repairSessions,
  parseSessions,
  readSessions,
  removeSessions,
} from "../../../src/project/sessions-index.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

async function setUp(content?: string) {
  const folder = await temporaryFolder();
  const confFile = confFileOf(join(folder, "app"));
  await mkdir(join(folder, "app", ".cowork"), { recursive: true });
  if (content !== undefined) await writeFile(confFile, content);
  const ctx = { paths: coworkPaths(join(folder, "home")), clock: systemClock, signal: new AbortController().signal };
  const names = async () =>
    (await readSessions(ctx, { confFile })).map(({ name, host }) => (host === undefined ? name : `${name}@${host}`));
  return { ctx, project: { confFile }, names, text: async () => await readFile(confFile, "utf8") };
}

test("adds each name once, removes names, and changes nothing else", async () => {
  const { ctx, project, names, text } = await setUp("# mine\nCPUS=2\n");
  expect(await names()).toEqual([]);
  await addSessions(ctx, project, ["b", "a@build1"]);
  await addSessions(ctx, project, ["c", "B"]);
  expect(await text()).toBe("# mine\nCPUS=2\nSESSIONS=B a@build1 c\n");
  await removeSessions(ctx, project, ["A", "nope"]);
  expect(await names()).toEqual(["B", "c"]);
  await removeSessions(ctx, project, ["b", "c@x"]);
  expect(await text()).toBe("# mine\nCPUS=2\n");
});

test("of one host: an entry of the same name on another host is kept", async () => {
  const { ctx, project, names } = await setUp("SESSIONS=a b@build1 c@build2\n");
  await removeSessions(ctx, project, ["a", "b", "c"], "build1");
  expect(await names()).toEqual(["a", "c@build2"]);
  await removeSessions(ctx, project, ["a", "c"], "local");
  expect(await names()).toEqual(["c@build2"]);
});

test("concurrent changes lose nothing", async () => {
  const { ctx, project, names } = await setUp();
  const all = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(all.map(async (name) => await addSessions(ctx, project, [name])));
  expect(new Set(await names())).toEqual(new Set(all));
});

test("does not write the file if nothing changes, nor create one to remove a name", async () => {
  const { ctx, project } = await setUp("SESSIONS = a   b\n");
  const before = await stat(project.confFile);
  await addSessions(ctx, project, ["a"]);
  await removeSessions(ctx, project, ["c"]);
  await repairSessions(ctx, project, ["b", "a"]);
  expect((await stat(project.confFile)).ino).toBe(before.ino);
  const none = await setUp();
  await removeSessions(none.ctx, none.project, ["a"]);
  await expect(none.text()).rejects.toThrow(/ENOENT/);
});

test("removing from a project that no longer exists does nothing", async () => {
  const { ctx } = await setUp();
  await removeSessions(ctx, { confFile: confFileOf("/nonexistent/project") }, ["a"]);
  expect(await readSessions(ctx, { confFile: confFileOf("/nonexistent/project") })).toEqual([]);
});

describe("repairing", () => {
  test("sets the entries of one host, and keeps those of other hosts", async () => {
    const { ctx, project, names } = await setUp("SESSIONS=gone a far@build1 b@build1\n");
    await repairSessions(ctx, project, ["a", "new", "B"]);
    expect(await names()).toEqual(["a", "far@build1", "B", "new"]);
    await repairSessions(ctx, project, ["other"], "build1");
    expect(await names()).toEqual(["a", "B", "new", "other@build1"]);
    await repairSessions(ctx, project, []);
    expect(await names()).toEqual(["other@build1"]);
  });
});

test("invalid names are ignored, and the first of several spellings counts", () => {
  expect(parseSessions("a ../x -rf b@me@h c@ @h HEAD a..b A d@host.example  e\t\nf a_b a.b")).toEqual([
    { name: "a", host: undefined },
    { name: "b", host: "me@h" },
    { name: "d", host: "host.example" },
    { name: "e", host: undefined },
    { name: "f", host: undefined },
    { name: "a_b", host: undefined },
  ]);
});
