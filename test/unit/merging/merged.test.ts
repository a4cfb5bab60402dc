import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop("seq 40 >f; seq 40 >g; echo x >other");
});
afterEach(() => shop.end());

const inProject = (script: string): Promise<string> => shop.sh(shop.project, script);

/** Two commits of a session: lines 5 and 30 of f. */
const work = "sed -i 's/^5$/five/' f; git commit -qam five; sed -i 's/^30$/thirty/' f; git commit -qam thirty";
const squash = "git merge -q --squash a; git commit -qm squashed";
const elsewhere = "sed -i 's/^20$/twenty/' g; git commit -qam elsewhere";
const sameLines = "sed -i 's/^five$/FIVE/; s/^thirty$/THIRTY/' f; git commit -qam 'same lines'";

async function session(script: string, landed: string): Promise<string> {
  const folder = await shop.clone("a", script);
  await inProject(`git fetch -q '${folder}' a:a; ${landed}`);
  const { sessions } = await shop.look({ pairs: false });
  const merged = sessions[0]?.merged;
  return [merged?.state, ...(merged?.how === undefined ? [] : [merged.how])].join(": ");
}

describe("whether a session's work is in the project's branch", () => {
  const shapes: [shape: string, script: string, landed: string, answer: string][] = [
    ["fast-forward", work, "git merge -q --ff-only a", "merged: ancestor"],
    [
      "merge commit, later edits of the same lines",
      work,
      `${elsewhere}; git merge -q --no-edit a; ${sameLines}`,
      "merged: ancestor",
    ],
    ["squash, target untouched since", work, squash, "merged: same tree"],
    ["squash, later edits elsewhere", work, `${squash}; ${elsewhere}`, "merged: no-op"],
    ["squash, later edits of the same lines", work, `${squash}; ${sameLines}`, "merged: same patch"],
    [
      "squash after the context lines changed, later edits",
      work,
      `sed -i 's/^7$/seven/; s/^28$/x/' f; git commit -qam context; ${squash}; ${sameLines}`,
      "merged: no-op before",
    ],
    [
      "rebase merge onto a target that had moved",
      work,
      `${elsewhere}; git cherry-pick main..a >/dev/null; sed -i 's/^x$/y/' other; git commit -qam more`,
      "merged: no-op",
    ],
    [
      "rebase merge, later edits of the same lines",
      work,
      `${elsewhere}; git cherry-pick main..a >/dev/null; ${sameLines}`,
      "merged: same commits",
    ],
    ["squash, then reverted", work, `${squash}; git revert --no-edit HEAD >/dev/null`, "reverted: same patch"],
    [
      "commits that cancel out, never merged",
      `${work}; git revert --no-edit HEAD HEAD~1 >/dev/null`,
      elsewhere,
      "adds nothing",
    ],
    [
      "same change made independently",
      work,
      "sed -i 's/^5$/five/; s/^30$/thirty/' f; git commit -qam mine",
      "merged: same tree",
    ],
    ["unmerged", work, elsewhere, "not merged"],
    ["one of two commits was taken", work, `${elsewhere}; git cherry-pick a~1 >/dev/null`, "not merged"],
    ["fresh branch, no commits", ":", elsewhere, "nothing"],
  ];
  it.each(shapes)("%s", async (_, script, landed, answer) => {
    expect(await session(script, landed)).toBe(answer);
  });

  it("counts what is not committed", async () => {
    expect(await session(`${work}; echo more >untracked`, squash)).toBe("not merged");
  });

  it("does not take back what is committed because the working tree does", async () => {
    expect(await session(`${work}; git checkout -q main -- f`, elsewhere)).toBe("adds nothing");
    const folder = `${shop.root}/cowork/sessions/app-a`;
    await shop.sh(folder, "sed -i 's/^20$/twenty/' g");
    const { sessions } = await shop.look({ pairs: false });
    expect(sessions[0]?.merged?.state).toBe("not merged");
  });

  it("asks the upstream of the branch, too", async () => {
    const folder = await shop.clone("a", work);
    await inProject(
      `git fetch -q '${folder}' a:a; git checkout -qb upstream; ${squash}; git checkout -q main; ${elsewhere}`,
    );
    const [main, upstream] = [await inProject("git rev-parse main"), await inProject("git rev-parse upstream")];
    const look = async (...tips: [string, ...string[]]): Promise<string | undefined> =>
      (await shop.look({ pairs: false, target: { branch: "main", tips } })).sessions[0]?.merged?.state;
    expect(await look(main)).toBe("not merged");
    expect(await look(main, upstream)).toBe("merged");
  });
});
