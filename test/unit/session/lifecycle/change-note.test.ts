import { expect, test } from "vitest";
import { changeNotes } from "../../../../src/session/lifecycle/change-note.ts";

test("no changes give no notes", () => {
  expect(changeNotes([], "a")).toEqual([]);
});

test("the first changes are listed, and a command shows the others", () => {
  expect(changeNotes(["b", "c"], "a")).toEqual(["changed: b", "changed: c"]);
  expect(changeNotes(["b", "c", "d", "e", "f"], "a")).toEqual([
    "changed: b",
    "changed: c",
    "changed: d",
    "2 more changes of its configuration: cowork status a",
  ]);
});
