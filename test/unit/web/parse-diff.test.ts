import { expect, test } from "vitest";
import { parseDiff } from "../../../src/web/text/parse-diff.ts";

test("reads files, hunks and line numbers of git's diff", () => {
  const text = [
    "diff --git a/src/a b.ts b/src/a b.ts",
    "index 1..2 100644",
    "--- a/src/a b.ts",
    "+++ b/src/a b.ts",
    "@@ -3,3 +3,3 @@ function x() {",
    " same",
    "--- removed, and looks like a head",
    "+++ added, and looks like a head",
    " end",
    "\\ No newline at end of file",
    "diff --git a/old.txt b/new.txt",
    "similarity index 100%",
    "rename from old.txt",
    "rename to new.txt",
    "diff --git a/p.png b/p.png",
    "new file mode 100644",
    "Binary files /dev/null and b/p.png differ",
    "diff --git a/gone b/gone",
    "deleted file mode 100644",
    "--- a/gone",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-x",
    "",
  ].join("\n");
  const files = parseDiff(text);
  expect(
    files.map(({ path, from, kind, binary, added, removed }) => ({ path, from, kind, binary, added, removed })),
  ).toEqual([
    { path: "src/a b.ts", from: undefined, kind: "changed", binary: false, added: 1, removed: 1 },
    { path: "new.txt", from: "old.txt", kind: "moved", binary: false, added: 0, removed: 0 },
    { path: "p.png", from: undefined, kind: "added", binary: true, added: 0, removed: 0 },
    { path: "gone", from: undefined, kind: "deleted", binary: false, added: 0, removed: 1 },
  ]);
  expect(files[0]?.hunks).toEqual([
    {
      heading: "function x() {",
      lines: [
        { kind: "same", text: "same", before: 3, after: 3 },
        { kind: "remove", text: "-- removed, and looks like a head", before: 4 },
        { kind: "add", text: "++ added, and looks like a head", after: 4 },
        { kind: "same", text: "end", before: 5, after: 5 },
        { kind: "note", text: "No newline at end of file" },
      ],
    },
  ]);
});

test("reads quoted names byte by byte", () => {
  const text = 'diff --git "a/\\303\\244 \\"x\\".txt" "b/\\303\\244 \\"x\\".txt"\nnew file mode 100644\n';
  expect(parseDiff(text)[0]?.path).toBe('ä "x".txt');
});

test.each([
  "",
  "\n",
  "diff --git",
  "diff --git \n@@ -1 +1 @@",
  "@@ -1 +1 @@\n+x",
  "diff --git a/x b/x\n@@ -1,99 +1,99 @@\n+only",
])("takes what is broken without an error: %j", (text) => {
  expect(() => parseDiff(text)).not.toThrow();
});
