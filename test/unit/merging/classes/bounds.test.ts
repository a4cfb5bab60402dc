import { expect, test } from "vitest";
import { readAsset } from "../../../../src/assets.ts";
import { createClassifier } from "../../../../src/merging/classes/classifier.ts";
import { changedFile, version } from "../../../support/merging/changed-file.ts";

// What a session's files may be made of: nothing of it is an error, takes long, or affects the other files.

const good = changedFile("good.py", [
  "def total():\n    return 1\n",
  "def total():\n    return 2\n",
  "def total():\n    return 3\n",
]);
const same = (path: string, make: (n: number) => string) => changedFile(path, [make(0), make(1), make(2)]);

test.each([
  ["deep brackets", same("a.js", (n) => `${"(".repeat(20_000)}${n}`)],
  ["deep blocks", same("a.ts", (n) => `${"{".repeat(20_000)}${n}${"}".repeat(20_000)}`)],
  [
    "deep indentation",
    same("a.py", (n) => Array.from({ length: 1_000 }, (_, deep) => `${" ".repeat(deep)}if a${n}:\n`).join("")),
  ],
  ["a long line", same("a.rs", (n) => `fn a() { ${"x + ".repeat(50_000)}${n} }`)],
  [
    "many functions",
    same("a.go", (n) => `package a\n${Array.from({ length: 3_000 }, (_, at) => `func f${at}() { ${n} }\n`).join("")}`),
  ],
  [
    "no code",
    same("a.cpp", (n) =>
      Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(33 + ((at * 7919 + n) % 90))).join(""),
    ),
  ],
  ["odd characters", same("a.rb", (n) => `def a\n  "\u202e\0\ud800${n}"\nend\n`)],
])("a file of %s costs no other file its answer", async (_what, hostile) => {
  const found = await createClassifier({ limits: { msPerFile: 100 } }).classify([hostile, good]);
  expect(found.signs.filter(({ path }) => path === "good.py")).toEqual([
    { signal: "R1", class: "structural", certain: true, name: "total", path: "good.py", changedBy: "both" },
  ]);
  expect(found.note).toBe(undefined);
});

test("a file over the limits is named, and its conflicts are still known", async () => {
  const large = changedFile(
    "large.ts",
    ["a();\n".repeat(1000), "b();\n".repeat(1000), "c();\n".repeat(1000)],
    "content",
  );
  const small = await createClassifier({ limits: { size: 1000 } }).classify([large, good]);
  expect(small.unjudged).toEqual([{ path: "large.ts", why: "it has more than 1000 characters" }]);
  expect(small.textual).toEqual([{ path: "large.ts", names: [] }]);
  expect(small.signs.map(({ path }) => path)).toEqual(["good.py"]);
  const quick = await createClassifier({ limits: { msPerFile: -1 } }).classify([good]);
  expect(quick.unjudged).toEqual([{ path: "good.py", why: "parsing it took too long" }]);
  const unread = { ...good, ours: { oid: "x", text: async () => await Promise.resolve(undefined) } };
  expect((await createClassifier().classify([unread])).unjudged).toEqual([
    { path: "good.py", why: "it is not a text, or too large" },
  ]);
});

test.each([
  ["missing", async () => await Promise.reject(new Error("not there"))],
  ["damaged", async () => await Promise.resolve(Buffer.from("no grammar"))],
])("with grammars that are %s, git's answer is left, and one note", async (_what, read) => {
  const whitespace = changedFile("a.ts", ["a b\n", "a  b\n", "a c\n"], "content");
  const found = await createClassifier({ read }).classify([good, whitespace]);
  expect(found.textual).toEqual([{ path: "a.ts", class: "whitespace", names: [] }]);
  expect(found.signs).toEqual([]);
  expect(found.class).toBe("textual");
  expect(found.note).toMatch(/names were not looked for/);
});

test("no grammar is read for files that cannot collide, and each only once", async () => {
  const names: string[] = [];
  const classifier = createClassifier({
    read: async (name) => {
      names.push(name);
      return await readAsset(name);
    },
  });
  await classifier.classify([
    changedFile("a.ts", ["alpha();\n", "beta();\n", "alpha();\n"]),
    changedFile("b.go", ["package a\n", "package a\n", "package b\n"]),
  ]);
  expect(names).toEqual([]);
  await classifier.classify([good]);
  await classifier.classify([good]);
  expect(names).toEqual(["grammars/runtime.wasm.br", "grammars/python.wasm.br"]);
});

test("files that there was no time for are named, and the answer is only a part", async () => {
  const found = await createClassifier({ limits: { msTotal: -1 } }).classify([good]);
  expect(found.unjudged).toEqual([{ path: "good.py", why: "the other files took too long" }]);
  expect(found.isPartial).toBe(true);
  expect((await createClassifier().classify([good])).isPartial).toBe(false);
});

test("a session whose files take all of its time costs the others nothing, also where they have the same files", async () => {
  const classifier = createClassifier({ limits: { msEach: 100 } });
  const many = same("many.py", (n) =>
    Array.from({ length: 8_000 }, (_, at) => `def f${at}():\n    return ${n}\n`).join(""),
  );
  await classifier.classify([many], { ours: "evil", theirs: "victim" });
  const late = await classifier.classify([good], { ours: "evil", theirs: "victim" });
  expect([late.isPartial, late.unjudged]).toEqual([true, [{ path: "good.py", why: "the other files took too long" }]]);
  const others = await classifier.classify([good], { ours: "one", theirs: "two" });
  expect([others.isPartial, others.signs.map(({ name }) => name)]).toEqual([false, ["total"]]);
});

test("what a file of a pair says does not depend on the pairs before", async () => {
  const classifier = createClassifier();
  const other = { ...good, theirs: version("def total():\n    return 1\n") };
  const first = await classifier.classify([good]);
  await classifier.classify([other]);
  expect(await classifier.classify([good])).toEqual(first);
});
