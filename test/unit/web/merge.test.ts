import { expect, test } from "vitest";
import { leftOut, mergeHeading } from "../../../src/web/state/merge.ts";

const item = (session: string, state: "landed" | "unchanged" | "conflicted" | "failed" | "unjudged") => ({
  session,
  host: "local",
  state,
});

test("a merge that landed nothing does not say that it merged", () => {
  const merge = { state: "done", into: "main" } as const;
  expect(mergeHeading({ ...merge, items: [item("a", "landed"), item("b", "conflicted")] })).toBe("Merged into main");
  expect(mergeHeading({ ...merge, items: [item("b", "conflicted")] })).toBe("Nothing was merged into main");
  expect(mergeHeading({ state: "running", into: "main", items: [] })).toBe("Merging into main");
});

test("sessions that were left out are named with the reason", () => {
  const items = [item("a", "landed"), item("b", "conflicted"), item("c", "failed"), item("d", "unchanged")];
  expect(leftOut({ items })).toEqual(["b: conflicts", "c: tests fail"]);
});
