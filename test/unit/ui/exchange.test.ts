import { expect, test } from "vitest";
import { renderPulled, renderPushed } from "../../../src/ui/exchange/exchange.ts";

const commit = "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678";
const other = "0f0f0f0f0f0f708192a3b4c5d6e7f80912345678";

test("pull shows what was created or updated, where, and how many commits are new", () => {
  const ref = "refs/heads/web";
  expect(renderPulled({ ref, commit, state: "made", commits: 2 })).toBe("created branch web at 1a2b3c4d5e, 2 commits");
  expect(renderPulled({ ref, commit, state: "updated", commits: 1 })).toBe(
    "updated branch web to 1a2b3c4d5e, 1 commit",
  );
  expect(renderPulled({ ref, commit, state: "made", commits: 0 })).toBe(
    "created branch web at 1a2b3c4d5e, no new commits",
  );
  expect(renderPulled({ ref: "refs/tags/v1", commit, state: "made" })).toBe("created tag v1 at 1a2b3c4d5e");
  expect(renderPulled({ ref, commit, state: "unchanged" })).toBe("branch web is already at 1a2b3c4d5e");
});

test("push shows what the session got, and how its branch moved", () => {
  const ref = "refs/remotes/project/main";
  expect(renderPushed({ ref, commit, state: "made" })).toBe("created project/main at 1a2b3c4d5e in the session");
  expect(renderPushed({ ref, commit, state: "unchanged", moved: { from: other, to: commit } })).toBe(
    "project/main is already at 1a2b3c4d5e in the session\nmoved the session's branch from 0f0f0f0f0f to 1a2b3c4d5e",
  );
});
