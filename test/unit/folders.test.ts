import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../support/git/tree.ts";

test("no folder has more than 25 files of its own", async () => {
  const crowded: string[] = [];
  for (const root of ["src", "test", "scripts", "bench", "templates"]) {
    const entries = await readdir(join(tree, root), { recursive: true, withFileTypes: true });
    const files = Map.groupBy(
      entries.filter((entry) => entry.isFile()),
      ({ parentPath }) => parentPath,
    );
    for (const [folder, own] of files) if (own.length > 25) crowded.push(`${folder}: ${own.length} files`);
  }
  expect(crowded).toEqual([]);
});
