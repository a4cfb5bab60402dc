import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../support/git/tree.ts";

// Lint finds circles of imports and type imports, but not circles that contain an `import()`.

const imported = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

async function importsOf(folder: string): Promise<Map<string, string[]>> {
  const names = (await readdir(join(tree, folder), { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  const files = names.map(async (name): Promise<[string, string[]]> => {
    const text = await readFile(join(tree, folder, name), "utf8");
    return [name, [...text.matchAll(imported)].map(([, path = ""]) => normalize(join(dirname(name), path)))];
  });
  return new Map(await Promise.all(files));
}

/** Returns a path from a file back to itself, undefined if there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test("src has no import circles, including type imports and lazy imports", async () => {
  const graph = await importsOf("src");
  expect(graph.size).toBeGreaterThan(300);
  expect(findCircle(graph)).toBeUndefined();
});

test("findCircle finds a circle", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["c"]],
    ["c", ["d"]],
    ["d", ["b"]],
  ]);
  expect(findCircle(graph)).toEqual(["b", "c", "d", "b"]);
});
