import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { snapshotScript } from "../../../src/merging/snapshot/script.ts";
import type { GitInside } from "../../../src/clone/types.ts";
import type { LookResult } from "../../../src/merging/look.ts";
import type { Clone } from "../../../src/merging/parties.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop("seq 30 >f; seq 30 >g");
  await shop.clone("a", "sed -i 's/^5$/A/' f");
  await shop.clone("b", "sed -i 's/^5$/B/' f");
});
afterEach(() => shop.end());

/** The reason of the hostile session, if the honest ones are judged as ever and only its own pairs are unknown. */
function onlyItsOwn({ sessions, pairs }: LookResult): string {
  expect(sessions.filter(({ judged }) => !judged).map(({ name }) => name)).toEqual(["evil"]);
  expect(pairs.map(({ a, b, class: kind }) => `${a} ${b} ${kind}`).toSorted()).toEqual([
    "a b textual",
    "a evil unknown",
    "a project/main clean",
    "b evil unknown",
    "b project/main clean",
    "evil project/main unknown",
  ]);
  return sessions.find(({ name }) => name === "evil")?.reason ?? "";
}

/** A clone whose git answers what the test wants. */
function answering(save: GitInside["save"]): Clone {
  const inside: GitInside = { script: () => Promise.reject(new Error("not asked")), save };
  const open: Clone["open"] = () =>
    Promise.resolve({ inside, start: { commit: "1".repeat(40) }, close: () => Promise.resolve() });
  return { id: "app-evil", name: "evil", host: "local", running: true, open };
}

async function lookWith(evil: Clone): Promise<LookResult> {
  return await shop.look({ clones: [...(await shop.clones()), evil] });
}

describe("a hostile clone", () => {
  it("a tree bomb of 12 objects", async () => {
    // Each tree has 16 times the one below: 16^11 files.
    const bomb = `b=$(echo x | git hash-object -w --stdin); t=$(printf '100644 blob %s\\tf\\n' $b | git mktree)
    for i in 1 2 3 4 5 6 7 8 9 10; do t=$(for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do printf '040000 tree %s\\t%s\\n' $t $j; done | git mktree); done
    git update-ref refs/heads/bomb $(git commit-tree -p HEAD -m bomb $t); git symbolic-ref HEAD refs/heads/bomb; : >.git/MERGE_HEAD`;
    await shop.clone("evil", bomb);
    expect(onlyItsOwn(await shop.look())).toMatch(/files have changed|too long|more than/);
  });

  it("a commit that it did not send, of the project or of another session", async () => {
    const known = (await shop.look()).sessions[0]?.commit ?? "";
    const answer = (tip: string, more = "") =>
      answering(async (_text, file) => {
        await writeFile(file, "");
        return { code: 0, stderr: `cowork-format sha1\ncowork-head ${tip}\ncowork-tip ${tip}\n${more}` };
      });
    expect(onlyItsOwn(await lookWith(answer("2".repeat(40))))).toMatch(/not a pack/);
    expect(onlyItsOwn(await lookWith(answer(known, "cowork-same\n")))).toMatch(/sent nothing/);
    expect(onlyItsOwn(await lookWith(answer("--upload-pack=x")))).toMatch(/named no commit/);
    const tree = await shop.git(shop.project, "rev-parse", "main^{tree}");
    expect(onlyItsOwn(await lookWith(answer(tree)))).toMatch(/not a pack/);
  });

  it("a pack that is broken, names `.git`, or lacks what it refers to", async () => {
    const repository = join(shop.root, "forge");
    const packed = async (script: string): Promise<Clone> => {
      await shop.sh(shop.root, `rm -rf forge; git init -q forge; cd forge; ${script}`);
      const tip = await shop.git(repository, "rev-parse", "refs/heads/evil");
      return answering(async (_text, file) => {
        await shop.sh(repository, `cp pack '${file}'`);
        return { code: 0, stderr: `cowork-format sha1\ncowork-head ${tip}\ncowork-tip ${tip}\n` };
      });
    };
    const tree = (entry: string): string =>
      `b=$(echo x | git hash-object -w --stdin); t=$(printf '${entry}' | git hash-object -t tree -w --stdin --literally); c=$(git commit-tree -m m $t); git update-ref refs/heads/evil $c`;
    const dotGit = `b=$(echo x | git hash-object -w --stdin); t=$(printf '100644 blob %s\\t.git\\n' $b | git mktree --missing); c=$(git commit-tree -m m $t); git update-ref refs/heads/evil $c`;
    const all = "git rev-list --objects refs/heads/evil | cut -d' ' -f1 | git pack-objects -q --stdout >pack";
    expect(onlyItsOwn(await lookWith(await packed(`${dotGit}; ${all}`)))).toMatch(/git refuses/);
    const lacking = `echo x >f; git add f; git commit -qm m; git branch evil; git rev-parse evil | git pack-objects -q --stdout >pack`;
    expect(onlyItsOwn(await lookWith(await packed(lacking)))).toMatch(/git refuses/);
    const broken = `${tree("")}; ${all}; head -c 40 pack >p; mv p pack`;
    expect(onlyItsOwn(await lookWith(await packed(broken)))).toMatch(/git refuses/);
    const left = await readdir(
      join(
        shop.context.paths.conflicts,
        (await readdir(shop.context.paths.conflicts)).find((name) => name.endsWith(".git")) ?? "",
      ),
    );
    expect(left.filter((name) => name.startsWith("tmp-objects"))).toEqual([]);
  });

  it("drivers, filters and hooks in its configuration run on no host", async () => {
    const canary = `touch ${shop.root}/canary`;
    const set = ["merge.x.driver", "diff.x.command", "diff.external", "core.fsmonitor", "core.sshCommand", "core.pager"]
      .map((key) => `git config ${key} '${canary}'`)
      .join("; ");
    await shop.clone("evil", `${set}; echo '* merge=x diff=x' >.gitattributes; sed -i 's/^5$/E/' f`);
    await shop.look();
    expect(await shop.sh(shop.root, "ls")).not.toContain("canary");
  });
});

it("the script quotes what it is given", () => {
  expect(snapshotScript("x'; touch canary; '", "n")).toContain(String.raw`start='x'\''; touch canary; '\'''`);
});
