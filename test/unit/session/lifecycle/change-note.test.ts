import { expect, test } from "vitest";
import { changeNotes } from "../../../../src/session/lifecycle/change-note.ts";

test("nothing that was changed is nothing to say", () => {
  expect(changeNotes([], "a")).toEqual([]);
});

test("the first changes are told one by one, and then where the others are", () => {
  expect(changeNotes(["b", "c"], "a")).toEqual(["changed: b", "changed: c"]);
  expect(changeNotes(["b", "c", "d", "e", "f"], "a")).toEqual([
    "changed: b",
    "changed: c",
    "changed: d",
    "2 more changes to its configuration: cowork status a",
  ]);
});
