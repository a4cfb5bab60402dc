import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { mergeFolder } from "../../../../src/merging/queue/state-file.ts";
import { gitWorkshop, type GitWorkshop } from "../../../support/git/git-project.ts";
import { mergeInChild } from "../../../support/merging/in-child.ts";
import type { MergeChild } from "../../../support/merging/merge-child.ts";
import { cloneHere, key, mergeHere, type MergeHere } from "../../../support/merging/merge-here.ts";

let shop: GitWorkshop;
let here: MergeHere;

beforeEach(async () => {
  shop = await gitWorkshop();
  onTestFinished(async () => await shop.end());
  const root = await shop.project();
  await shop.git(root, "checkout", "-q", "-b", "elsewhere");
  here = { ctx: shop.context, env: shop.env, root, clones: join(shop.root, "clones") };
});

/** A session with a commit that writes a file. */
async function session(name: string, file = name, text = name): Promise<string> {
  const folder = await cloneHere(here, name);
  await writeFile(join(folder, file), `${text}\n`);
  await shop.sh(folder, `git add -A; git commit -qm 'work of ${name}'`);
  return folder;
}

const git = async (...args: string[]): Promise<string> => await shop.git(here.root, ...args);
/** Files named `bad` make the tests fail. Each run leaves a line. */
const tests = (): string => `echo run >>'${shop.root}/runs'; ! ls bad* 2>/dev/null`;
const runs = async (): Promise<number> => Number(await shop.sh(shop.root, "cat runs 2>/dev/null | wc -l"));

test("eight with one bad and one that conflicts: the others land as they were tested, in at most seven runs", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h", "z"];
  for (const name of names) await session(name, name === "f" ? "bad-f" : name);
  await session("z", "a", "from z");
  const left: string[] = [];
  const leaveOutput = async (name: string, output: string): Promise<string> => {
    left.push(name, output);
    return ".git/log";
  };
  const view = await mergeHere(here, names, { test: tests() }, { leaveOutput });
  expect(view.testRuns).toBeLessThanOrEqual(7);
  expect(await runs()).toBe(view.testRuns);
  const landed = names.filter((name) => name !== "f" && name !== "z");
  expect(view.items.filter(({ state }) => state === "landed").map(({ session: name }) => name)).toEqual(landed);
  expect(view.items[5]).toMatchObject({ session: "f", state: "failed", output: "bad-f", file: ".git/log" });
  expect(left).toEqual(["f", "bad-f\n"]);
  expect(view.items[8]).toMatchObject({ session: "z", state: "conflicted", paths: ["a"], with: ["a"] });
  expect(view.result).toMatchObject({ ref: "refs/heads/main", how: "moved", tested: true });
  expect(await git("rev-parse", "main", "main^{tree}")).toBe(`${view.result?.commit}\n${view.result?.tree}`);
  expect(await shop.git(join(here.clones, "merge"), "rev-parse", "HEAD")).toBe(view.result?.commit);
  expect(await git("ls-tree", "--name-only", "main")).toBe([...landed, "readme"].join("\n"));
  // Only a and z collide: they come last.
  expect(await git("log", "--first-parent", "--format=%s", "-1", "main")).toBe("Merge session a into main");
  // Nothing of the merge is left in the project or on disk.
  expect(await git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/elsewhere\nrefs/heads/main");
  expect(existsSync(join(mergeFolder(here.ctx, key), "scratch"))).toBe(false);
});

test("a red target blames no session; without tests what merges lands", async () => {
  await session("a");
  const red = await mergeHere(here, ["a"], { test: "exit 3" });
  expect(red).toMatchObject({ targetRed: true, testRuns: 2, items: [{ state: "unjudged" }] });
  expect(red.result).toBeUndefined();
  const view = await mergeHere(here, ["a"], { squash: true });
  expect(view.result).toMatchObject({ how: "moved", tested: false });
  expect(await git("log", "--format=%s", "main")).toBe("work of a\none");
});

test("work that is not committed is refused by name, or taken on request without a change to the session", async () => {
  const folder = await session("a");
  await session("b");
  await writeFile(join(folder, "more"), "more\n");
  await expect(mergeHere(here, ["a", "b"])).rejects.toMatchObject({
    code: "WORK_UNCOMMITTED",
    message: expect.stringContaining("a: 1 file is not committed"),
  });
  await mergeHere(here, ["a", "b"], { uncommitted: true });
  expect(await git("show", "main:more")).toBe("more");
  expect(await shop.git(folder, "status", "--porcelain")).toBe("?? more");
});

test("a target that is checked out moves with ff and a clean tree; else the result is a branch", async () => {
  await git("checkout", "-q", "main");
  await session("a");
  const aside = await mergeHere(here, ["a"]);
  expect(aside.result).toMatchObject({ how: "branch", ref: "refs/heads/merge/abc123" });
  expect(await git("log", "--format=%s", "-1", "main")).toBe("one");
  await git("merge", "-q", "--ff-only", "merge/abc123");
  await session("b");
  await writeFile(join(here.root, "readme"), "changed\n");
  const dirty = await mergeHere(here, ["b"], { ff: true });
  expect(dirty).toMatchObject({ result: { how: "branch" }, notes: [expect.stringContaining("uncommitted changes")] });
  await git("checkout", "-q", "readme");
  await git("branch", "-qD", "merge/abc123");
  const clean = await mergeHere(here, ["b"], { ff: true });
  expect(clean.result).toMatchObject({ how: "fast-forwarded", ref: "refs/heads/main" });
  expect(existsSync(join(here.root, "b"))).toBe(true);
});

test("a target that moves on is merged from there; a session that commits meanwhile lands whole", async () => {
  const folder = await session("a");
  const meanwhile = `git branch -qf main "$(git commit-tree -p main -m meanwhile 'main^{tree}')"`;
  const later = `cd '${folder}' && echo later >later && git add later && git commit -qm later`;
  const command = `[ -e '${shop.root}/moved' ] || { touch '${shop.root}/moved'; cd '${here.root}' && ${meanwhile} && ${later}; }`;
  const view = await mergeHere(here, ["a"], { test: command });
  expect(view.testRuns).toBe(2);
  expect(view.items[0]).toMatchObject({ commit: await shop.git(folder, "rev-parse", "HEAD") });
  expect(await git("log", "--first-parent", "--format=%s", "main")).toBe("Merge session a into main\nmeanwhile\none");
  // The next commit comes while it is tested, and is not part of what lands.
  const before = await shop.git(folder, "rev-parse", "HEAD");
  await session("b");
  await shop.sh(folder, "git commit -q --allow-empty -m empty");
  const second = await mergeHere(here, ["a", "b"], { test: `cd '${folder}' && git commit -q --allow-empty -m more` });
  expect(second.items[0]).toMatchObject({ state: "landed", commit: await shop.git(folder, "rev-parse", "HEAD^") });
  expect(await shop.code(here.root, "merge-base", "--is-ancestor", before, "main")).toBe(0);
  expect(await git("log", "--format=%s", "main")).not.toContain("more");
});

test("a session that was started from another one comes after it, and attributes decide how files merge", async () => {
  await shop.sh(
    here.root,
    "git checkout -q main; echo 'log merge=union' >.gitattributes; echo first >log; git add -A; git commit -qm two; git checkout -q elsewhere",
  );
  await session("a", "log", "first\nfrom a");
  const folder = await session("top", "log", "first\nfrom top");
  const base = await session("base");
  await shop.sh(folder, `git pull -q --no-rebase --no-edit '${base}' base`);
  const view = await mergeHere(here, ["top", "base", "a"]);
  expect(view.items.map(({ state }) => state)).toEqual(["landed", "landed", "landed"]);
  expect((await git("show", "main:log")).split("\n").toSorted()).toEqual(["first", "from a", "from top"]);
  const order = await git("log", "--first-parent", "--format=%s", "main");
  expect(order.indexOf("session base")).toBeGreaterThan(order.indexOf("session top"));
});

/** One session that collides with two others, which do not collide with each other. */
async function widePair(): Promise<void> {
  await session("wide", "x", "from wide");
  await shop.sh(join(here.clones, "wide"), "echo wide >y; git add -A; git commit -qm more");
  await session("left", "x", "from left");
  await session("right", "y", "from right");
}

test("the session with the fewest collisions comes first, so that most land", async () => {
  await widePair();
  const view = await mergeHere(here, ["wide", "left", "right"]);
  expect(view.items.map(({ session: name, state }) => `${name} ${state}`)).toEqual([
    "wide conflicted",
    "left landed",
    "right landed",
  ]);
  expect(view.items[0]).toMatchObject({ paths: ["x", "y"], with: ["left", "right"] });
});

test("with --order the first session lands, however many it collides with", async () => {
  await widePair();
  const view = await mergeHere(here, ["wide", "left", "right"], { keepOrder: true });
  expect(view.items.map(({ state }) => state)).toEqual(["landed", "conflicted", "conflicted"]);
});

test("an agent's resolution counts if it keeps to the files, leaves no mark and passes the tests", async () => {
  await session("a", "readme", "from a");
  await session("b", "readme", "from b");
  const merge = join(here.clones, "merge");
  const agent = (script: string) => ({
    task: async () => "a task",
    run: async (prompt: string) => {
      expect(prompt).toContain("readme");
      await shop.sh(merge, script);
      return { run: "merge:1", ok: true };
    },
  });
  const marks = await mergeHere(here, ["a", "b"], { test: tests() }, { agent: agent("true") });
  expect(marks.items).toMatchObject([{ state: "landed" }, { state: "conflicted", resolvedBy: "merge:1" }]);
  expect(marks.items[1]?.detail).toContain("marks are left in readme");
  const more = await mergeHere(here, ["b"], {}, { agent: agent("echo x >readme; echo y >more") });
  expect(more.items[0]?.detail).toContain("other files were changed: more");
  const view = await mergeHere(here, ["b"], { test: tests() }, { agent: agent("printf 'from a\\nfrom b\\n' >readme") });
  expect(view.items[0]).toMatchObject({ state: "landed", resolvedBy: "merge:1" });
  expect(await git("show", "main:readme")).toBe("from a\nfrom b");
});

test("killed at any step the target is old or new, and the next merge finishes", async () => {
  await session("a");
  await session("b");
  const old = await git("rev-parse", "main");
  // Sends SIGKILL to the process that merges.
  const kill = `[ -e '${shop.root}/killed' ] || { touch '${shop.root}/killed'; kill -9 "$PPID"; sleep 1; }`;
  const steps: { killAt?: MergeChild["killAt"]; isNew: boolean }[] = [
    { killAt: { matches: "merge-tree" }, isNew: false },
    { isNew: false },
    { killAt: { matches: "bundle unbundle", after: true }, isNew: false },
    { killAt: { matches: "update-ref .*refs/heads/main" }, isNew: false },
    { killAt: { matches: "update-ref .*refs/heads/main", after: true }, isNew: true },
  ];
  const { ctx: context, ...rest } = here;
  for (const { killAt, isNew } of steps) {
    const child: MergeChild = {
      home: context.paths.home,
      here: rest,
      user: context.user,
      sessions: ["a", "b"],
      test: `${kill}; ${tests()}`,
      ...(killAt === undefined ? {} : { killAt }),
    };
    await expect(mergeInChild(child)).rejects.toMatchObject({ signal: "SIGKILL" });
    expect((await git("rev-parse", "main")) === old).toBe(!isNew);
    expect(await git("fsck", "--connectivity-only", "--no-dangling")).toBe("");
  }
  // The run that killed its merge, and one more: what the tests have shown before is not asked again.
  expect(await runs()).toBe(2);
  const view = await mergeHere(here, ["a", "b"], { test: tests() });
  expect(view.items.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
  expect(await git("ls-tree", "--name-only", "main")).toBe("a\nb\nreadme");
  expect(await git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/elsewhere\nrefs/heads/main");
});
