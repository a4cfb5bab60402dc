import { expect, test } from "vitest";
import { changeNotes } from "../../../../src/session/lifecycle/change-note.ts";

test("without changes there are no notes", () => {
  expect(changeNotes([], "a")).toEqual([]);
});

test("the first changes are listed, then where to find the others", () => {
  expect(changeNotes(["b", "c"], "a")).toEqual(["changed: b", "changed: c"]);
  expect(changeNotes(["b", "c", "d", "e", "f"], "a")).toEqual([
    "changed: b",
    "changed: c",
    "changed: d",
    "2 more changes to its configuration: cowork status a",
  ]);
});
