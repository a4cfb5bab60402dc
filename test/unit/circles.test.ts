import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../support/git/tree.ts";

// Lint sees circles of imports and of type imports; not those that an `import()` closes.

const imported = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

async function importsOf(folder: string): Promise<Map<string, string[]>> {
  const names = (await readdir(join(tree, folder), { recursive: true })).filter((name) => name.endsWith(".ts"));
  const files = names.map(async (name): Promise<[string, string[]]> => {
    const text = await readFile(join(tree, folder, name), "utf8");
    return [name, [...text.matchAll(imported)].map(([, path = ""]) => normalize(join(dirname(name), path)))];
  });
  return new Map(await Promise.all(files));
}

/** A way from a file back to itself, undefined where there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
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

test("no file leads back to itself, by types or lazy imports either", async () => {
  const graph = await importsOf("src");
  expect(graph.size).toBeGreaterThan(300);
  expect(findCircle(graph)).toBeUndefined();
});

test("a circle is found", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["c"]],
    ["c", ["d"]],
    ["d", ["b"]],
  ]);
  expect(findCircle(graph)).toEqual(["b", "c", "d", "b"]);
});
