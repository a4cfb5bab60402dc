import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../../src/contract/common.ts";
import { upgradeRecord } from "../../../../src/contract/record.ts";
import type { CoworkError } from "../../../../src/errors.ts";
import { type SessionRecord, writeRecord } from "../../../../src/session/record/record.ts";
import { readRecords, selectRecords } from "../../../../src/session/record/records.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const aRecord: SessionRecord = {
  schema: 1,
  id: "app-x",
  name: "x",
  project: "app",
  projectRoot: "/app",
  folder: "app",
  rootCommit: "1".repeat(40),
  createdAt: new Date(0).toISOString(),
  phase: "ready",
  start: { branch: "feature/x", commit: "2".repeat(40), existing: false },
  agent: "claude",
  cloned: true,
  volumes: [],
  images: [],
  carried: [],
};

test("no state means no session; state that cannot be read is an error", async () => {
  const paths = coworkPaths(await temporaryFolder());
  expect(await readRecords({ paths })).toEqual([]);
  await symlink("state", join(paths.home, "state"));
  await expect(readRecords({ paths })).rejects.toThrow("ELOOP");
});

test("a record of an older schema is upgraded step by step; one of a newer schema is not changed", () => {
  const lifts = {
    1: (older: JsonObject): JsonObject => ({ ...older, title: [older["name"] ?? null] }),
    2: ({ title, ...older }: JsonObject): JsonObject => ({ ...older, name: title ?? null }),
  };
  expect(upgradeRecord({ schema: 1, name: "a", id: "x" }, lifts)).toEqual({ schema: 3, name: ["a"], id: "x" });
  expect(upgradeRecord({ schema: 2, title: "b" }, lifts)).toEqual({ schema: 3, name: "b" });
  for (const other of [{ schema: 3, name: "a" }, { schema: "1" }, {}, [], null, undefined, "text"])
    expect(upgradeRecord(other, lifts)).toBe(other);
});

test("the hint for a branch's name is the session on that branch, or a session that can be made", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const project = { name: "app", root: "/app", rootCommit: "1".repeat(40) };
  const record: SessionRecord = { ...aRecord, id: "app-x", name: "x", rootCommit: project.rootCommit };
  await writeRecord({ paths }, record);
  const hint = async (name: string): Promise<string | undefined> =>
    await selectRecords({ paths }, { project, names: [name] }).then(
      () => "found",
      (error: CoworkError) => error.hint,
    );
  expect(await hint("feature/x")).toBe("use the name of the session on that branch: x");
  expect(await hint("feature/y")).toBe("cowork list, or cowork init feature-y --branch feature/y to create it");
  expect(await hint("y")).toBe("cowork list, or cowork init y to create it");
  expect(await hint("a..b")).toBe("cowork list");
  // For commands that stop or remove sessions, the hint does not suggest creating one.
  const ending = selectRecords({ paths }, { project, names: ["y"] }, { toEnd: true });
  await expect(ending).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", hint: "cowork list" });
});

test("a record that was edited by hand, or is not a file, is an error of that session", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const good = { ...aRecord, id: "app-x", name: "x" };
  const entryOf = async (change: object): Promise<unknown> => {
    await mkdir(paths.state("app-x"), { recursive: true });
    await writeFile(paths.record("app-x"), JSON.stringify({ ...good, ...change }));
    return (await readRecords({ paths }))[0];
  };
  expect(await entryOf({})).toHaveProperty("record");
  const corrupt = { id: "app-x", error: expect.objectContaining({ code: "RECORD_CORRUPT" }) as Error };
  for (const change of [{ name: "../../etc" }, { name: "y" }, { project: "other" }, { id: "app-y" }])
    expect(await entryOf(change)).toEqual(corrupt);
  await rm(paths.record("app-x"));
  await symlink("/etc/passwd", paths.record("app-x"));
  expect(await readRecords({ paths })).toEqual([corrupt]);
});
