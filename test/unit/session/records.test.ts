import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecords } from "../../../src/session/records.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("no state is no session; state that cannot be read is an error, and not taken for none", async () => {
  const paths = coworkPaths(await temporaryFolder());
  expect(await readRecords({ paths })).toEqual([]);
  await symlink("state", join(paths.home, "state"));
  await expect(readRecords({ paths })).rejects.toThrow("ELOOP");
});
