import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CoworkError } from "../../../src/errors.ts";
import { type SessionRecord, writeRecord } from "../../../src/session/record.ts";
import { readRecords, selectRecords } from "../../../src/session/records.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("no state is no session; state that cannot be read is an error, and not taken for none", async () => {
  const paths = coworkPaths(await temporaryFolder());
  expect(await readRecords({ paths })).toEqual([]);
  await symlink("state", join(paths.home, "state"));
  await expect(readRecords({ paths })).rejects.toThrow("ELOOP");
});

test("a branch's name in place of a session's leads to the session on it, or to one that can be made", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const project = { name: "app", root: "/app", rootCommit: "1".repeat(40) };
  const record: SessionRecord = {
    schema: 1,
    id: "app-x",
    name: "x",
    project: "app",
    projectRoot: "/app",
    folder: "app",
    rootCommit: project.rootCommit,
    createdAt: new Date(0).toISOString(),
    phase: "ready",
    start: { branch: "feature/x", commit: "2".repeat(40), existing: false },
    agent: "claude",
    cloned: true,
    volumes: [],
    images: [],
    carried: [],
  };
  await writeRecord({ paths }, record);
  const hint = async (name: string): Promise<string | undefined> =>
    await selectRecords({ paths }, { project, names: [name] }).then(
      () => "found",
      (error: CoworkError) => error.hint,
    );
  expect(await hint("feature/x")).toBe("use the name of the session on that branch: x");
  expect(await hint("feature/y")).toBe("cowork list, or cowork init feature-y --branch feature/y to make it");
  expect(await hint("y")).toBe("cowork list, or cowork init y to make it");
  expect(await hint("a..b")).toBe("cowork list");
  // What stops or removes sessions tells nobody how to make one.
  const ending = selectRecords({ paths }, { project, names: ["y"] }, { toEnd: true });
  await expect(ending).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", hint: "cowork list" });
});
