import { expect, test } from "vitest";
import type { ConflictPair } from "../../../src/contract/merging/conflicts.ts";
import { keyOfNamed, matrixOf } from "../../../src/web/state/conflicts.ts";

const pair = (a: string, b: string): ConflictPair => ({ a, b, class: "clean", paths: [] });

test("the matrix has each pair once, and the project's branch as its last column", () => {
  const pairs = [pair("a", "b"), pair("a", "project/main"), pair("c", "a"), pair("b", "c"), pair("b", "project/main")];
  const { columns, rows } = matrixOf(pairs);
  expect(columns).toEqual(["b", "c", "project/main"]);
  expect(rows.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(rows.flatMap(({ cells }) => cells).filter((one) => one !== undefined)).toHaveLength(pairs.length);
  expect(rows[0]?.cells[1]).toBe(pairs[2]);
  expect(rows[1]?.cells).toEqual([undefined, pairs[3], pairs[4]]);
  expect(matrixOf([pair("a", "project/main")])).toMatchObject({ columns: ["project/main"], rows: [{ name: "a" }] });
});

test("a pair names a session by its name, or with its host, and the branch is none", () => {
  const session = { id: "app-a", name: "a", host: "box", asOf: "", judged: true };
  expect(["a", "a@box", "a@local", "project/main"].map((name) => keyOfNamed([session], name))).toEqual([
    "app-a@box",
    "app-a@box",
    undefined,
    undefined,
  ]);
});
