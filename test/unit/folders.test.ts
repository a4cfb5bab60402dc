import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../support/git/tree.ts";
import { lightFolders } from "../support/light-folders.ts";

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

test("no unit test replaces a module that other files of its worker have, too", async () => {
  const replacing: string[] = [];
  for (const folder of lightFolders.map((name) => join(tree, "test/unit", name)))
    for (const file of await readdir(folder, { recursive: true }))
      if (
        file.endsWith(".ts") &&
        /\bvi\.(?:mock|doMock|resetModules)\(/.test(await readFile(join(folder, file), "utf8"))
      )
        replacing.push(join(folder, file));
  expect(replacing).toEqual([]);
});
