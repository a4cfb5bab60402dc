import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSummary } from "../../../src/merging/cache/summary.ts";
import type { Clone } from "../../../src/merging/parties.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop(
    "seq 30 >f; seq 30 >g; mkdir d; seq 5 >d/one; seq 5 >d/two; printf 'a\\0b' >bin; ln -s f link",
  );
});
afterEach(() => shop.end());

describe("lookAtSessions", () => {
  it("compares what is committed, changed and untracked, in every pair and with the project's branch", async () => {
    await shop.clone("a", "sed -i 's/^5$/A/' f; git commit -qam a");
    await shop.clone("b", "sed -i 's/^5$/B/' f; echo new >untracked");
    await shop.clone("c", "sed -i 's/^5$/C/' g");
    await shop.sh(shop.project, "sed -i 's/^5$/main/' g; git commit -qam moved");
    const result = await shop.look();
    expect(shop.pair(result, "a", "b")).toBe("textual content:f");
    expect(shop.pair(result, "a", "c")).toBe("clean");
    expect(shop.pair(result, "b", "c")).toBe("clean");
    expect(shop.pair(result, "c", "project/main")).toBe("textual content:g");
    expect(shop.pair(result, "a", "project/main")).toBe("clean");
    expect(result.sessions.map(({ name, judged, merged }) => [name, judged, merged?.state])).toEqual([
      ["a", true, "not merged"],
      ["b", true, "not merged"],
      ["c", true, "not merged"],
    ]);
  });

  it("gives the same content the same commit, and asks nothing of the clone twice", async () => {
    const folder = await shop.clone("a", "echo 1 >n; sed -i 's/^5$/A/' f");
    await shop.clone("b", "sed -i 's/^5$/A/' f; echo 1 >n; touch -d '2001-01-01' n");
    const before = await shop.sh(folder, "git status --porcelain; find .git | sort | md5sum; md5sum .git/index");
    const first = await shop.look();
    const second = await shop.look();
    expect(new Set([...first.sessions, ...second.sessions].map(({ commit }) => commit)).size).toBe(1);
    expect(shop.pair(first, "a", "b")).toBe("clean");
    expect(await shop.sh(folder, "git status --porcelain; find .git | sort | md5sum; md5sum .git/index")).toBe(before);
    await shop.sh(folder, "echo 2 >n");
    expect(shop.pair(await shop.look(), "a", "b")).toBe("textual add/add:n");
  });

  it("tells the kinds of conflict that git knows", async () => {
    const ours = [
      "printf 'x\\0y' >bin; git rm -q d/two; printf A >new; echo '{\"a\":1}' >package-lock.json",
      "mkdir -p sub; echo file >dir; chmod +x g; git mv f f-ours",
      "mkdir e; git mv d/one e/one",
    ];
    await shop.clone("a", ours.join("; "));
    await shop.clone(
      "b",
      "printf 'x\\0z' >bin; echo more >>d/two; printf B >new; echo '{\"b\":1}' >package-lock.json; mkdir dir; echo in >dir/in; git mv f f-theirs; echo three >d/three",
    );
    const result = await shop.look();
    expect(
      result.pairs.find(({ a, b }) => a === "a" && b === "b")?.paths.map(({ kind, path }) => `${kind} ${path}`),
    ).toEqual([
      "binary bin",
      "delete/edit d/two",
      "file/directory dir",
      "directory rename e/three",
      "rename f",
      "add/add new",
      "lock file package-lock.json",
    ]);
  });

  it("finds a file added to a folder that the other renamed, though they have no path in common", async () => {
    await shop.clone("a", "git mv d e");
    await shop.clone("b", "echo three >d/three");
    expect(shop.pair(await shop.look(), "a", "b")).toBe("textual directory rename:e/three");
  });

  it("compares files of more than 5 MiB by their hash, and stores pointers of git-lfs as what they are", async () => {
    const big = "head -c 6000000 /dev/zero >big.bin";
    await shop.clone(
      "a",
      `${big}; echo a >>big.bin; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:1\\nsize 1\\n' >asset`,
    );
    await shop.clone(
      "b",
      `${big}; echo b >>big.bin; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:2\\nsize 1\\n' >asset`,
    );
    await shop.clone("c", `${big}; echo a >>big.bin; git add -A; git commit -qm big`);
    await shop.clone("d", `${big}; echo a >>big.bin`);
    const result = await shop.look();
    expect(shop.pair(result, "a", "b")).toBe("textual LFS:asset large file:big.bin");
    expect(shop.pair(result, "a", "d")).toBe("clean");
    expect(await shop.sh(`${shop.root}/cowork/cache/conflicts`, "find . -size +1000k | wc -l")).toBe("0");
  });

  it("judges what is committed while a rebase or a merge is not finished", async () => {
    await shop.clone("a", "sed -i 's/^5$/A/' f; git commit -qam a");
    await shop.clone(
      "b",
      "git checkout -qb x; sed -i 's/^5$/X/' f; git commit -qam x; git checkout -q b; sed -i 's/^5$/B/' f; git commit -qam b; git merge x || :",
    );
    const result = await shop.look();
    expect(result.sessions.find(({ name }) => name === "b")?.during).toBe("merge");
    expect(shop.pair(result, "a", "b")).toBe("textual content:f");
  });

  it("honours union merges of the project's attributes, and no driver", async () => {
    await shop.sh(
      shop.project,
      "mkdir -p docs; echo 'CHANGELOG merge=union' >docs/.gitattributes; echo 'f merge=evil' >.gitattributes; echo 1 >docs/CHANGELOG; git add -A; git commit -qm attributes",
    );
    const evil = `git config merge.evil.driver 'touch ${shop.root}/canary'; git config core.fsmonitor 'touch ${shop.root}/canary'; git config core.hooksPath '${shop.root}/hooks'`;
    await shop.clone("a", `${evil}; echo a >>docs/CHANGELOG; sed -i 's/^5$/A/' f`);
    await shop.clone("b", `${evil}; echo b >>docs/CHANGELOG; sed -i 's/^5$/B/' f`);
    expect(shop.pair(await shop.look(), "a", "b")).toBe("textual content:f");
    expect(await shop.sh(shop.root, "ls")).not.toContain("canary");
  });

  it("knows nothing of a session that had the name before, or of another branch", async () => {
    await shop.clone("a", "sed -i 's/^5$/A/' f");
    await shop.clone("b", "sed -i 's/^5$/B/' f");
    await shop.sh(shop.project, "sed -i 's/^5$/main/' f; git commit -qam moved");
    const at = async (createdAt: string): Promise<Clone[]> =>
      (await shop.clones()).map((clone) => ({ ...clone, createdAt }));
    const news = async (createdAt: string, branch = "main"): Promise<string[]> => {
      const tip = await shop.git(shop.project, "rev-parse", "main");
      const found = await shop.look({ clones: await at(createdAt), target: { branch, tips: [tip] } });
      expect(found.changed.has("local/app-b")).toBe(createdAt !== last);
      last = createdAt;
      return (found.news.get("local/app-b") ?? []).map(({ type, with: other }) => `${type} ${other}`).toSorted();
    };
    let last = "";
    const all = ["conflict.found a", "conflict.found project/main"];
    expect(await news("2026-01-01")).toEqual(all);
    expect(await news("2026-01-01")).toEqual([]);
    expect(await news("2026-01-02")).toEqual(all);
    expect(await news("2026-01-02", "trunk")).toEqual(["conflict.found project/trunk"]);
    const marks = readSummary(shop.context, { name: "app", root: shop.project })?.marks["local/app-b"]?.with;
    expect(marks).toEqual({ a: "textual", "project/trunk": "textual" });
  });

  it("reads names with line ends, spaces and quotes", async () => {
    const write = (text: string): string =>
      `printf ${text} >"$(printf 'x\\ny ')"; printf ${text} >"$(printf 'tab\\tq"')"`;
    await shop.clone("a", write("a"));
    await shop.clone("b", write("b"));
    const result = await shop.look();
    expect(result.pairs[0]?.paths.map(({ path }) => path)).toEqual(['tab\tq"', "x\ny "]);
  });
});
