import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plain } from "../../../../src/system/text.ts";
import { describeHoldings, pullFlags, toGitView } from "../../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { savedBy, savedNowhere } from "../../../../src/clone/unsaved/saved.ts";
import type { CloneSpec, Holdings } from "../../../../src/clone/types.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let clone: string;
let spec: CloneSpec;

async function open(name = "a"): Promise<void> {
  spec = await shop.spec(project, name);
  clone = spec.path;
  await makeClone(shop.context, spec);
}

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
});
afterEach(() => shop.end());

const look = (): Promise<Holdings> =>
  inspectHoldings(localInside(clone, shop.env), savedBy(shop.context, spec.source), { start: spec.start.commit });
const lines = async (): Promise<string[]> => describeHoldings(await look());

describe("inspectHoldings", () => {
  it("is nothing if it is fresh, even after work in the project", async () => {
    await open();
    const holdings = await look();
    expect(describeHoldings(holdings)).toEqual([]);
    expect(toGitView(holdings)).toEqual({
      head: spec.start.commit,
      branch: "a",
      ahead: 0,
      behind: 0,
      uncommitted: 0,
      untracked: 0,
      stashes: 0,
      unpushedBranches: 0,
    });
    await shop.sh(project, "echo more >more; git add -A; git commit -qm more; git branch -m main trunk");
    expect(await lines()).toEqual([]);
  });

  it("includes commits, changes, untracked files and stashes, with their names", async () => {
    await open();
    await shop.sh(clone, "echo 1 >f; git add f; git commit -qm one; echo 2 >g; echo x >>readme; echo s >s; git add s");
    expect(await lines()).toEqual([
      "1 commit on a not in the project",
      "2 changed files: readme, s",
      "1 untracked file: g",
    ]);
    expect(toGitView(await look())).toMatchObject({ ahead: 1, uncommitted: 2, untracked: 1, unpushedBranches: 1 });
    await shop.sh(clone, "git stash -qu; git commit -q --allow-empty -m two");
    expect(await lines()).toEqual(["2 commits on a not in the project", expect.stringMatching(/^1 stash: WIP on a: /)]);
  });

  it("has the flags with which a pull saves all of it", async () => {
    await open();
    const flags = async (): Promise<string[]> => {
      const holdings = await look();
      return pullFlags(holdings, [spec.start.branch, holdings.branch]);
    };
    expect(await flags()).toEqual([]);
    await shop.sh(
      clone,
      "git commit -q --allow-empty -m one; git checkout -q --detach; git commit -q --allow-empty -m x",
    );
    expect(await flags()).toEqual([]);
    await shop.sh(clone, "echo 2 >g");
    expect(await flags()).toEqual(["--uncommitted"]);
    await shop.sh(clone, "git tag light; git checkout -q a");
    expect(await flags()).toEqual(["--uncommitted", "--all-branches"]);
  });

  it("is found without a change in the clone", async () => {
    await open();
    await shop.sh(clone, "echo 1 >f; git add f; echo 2 >>f; echo x >g; sleep 0.01; touch readme");
    // git may renew the time of an existing object; nothing else of it changes.
    const all =
      "find . -path './.git/objects/*' -prune -o -exec stat -c '%n %i %y %z %s %a' {} + | sort; find .git/objects -exec stat -c '%n %i %s %a' {} + | sort";
    const before = await shop.sh(clone, all);
    await look();
    expect(await shop.sh(clone, all)).toBe(before);
  });

  it("includes commits of any branch, tag, note and of a detached HEAD", async () => {
    await open();
    await shop.sh(
      clone,
      `git checkout -q -b other; git commit -q --allow-empty -m 1; git tag light; git reset -q --hard HEAD~1
       git commit -q --allow-empty -m 2; git tag -a -m note heavy; git checkout -q a; git branch -qD other
       git notes add -m hello; git checkout -q --detach; git commit -q --allow-empty -m 3`,
    );
    const { unsavedRefs, branch } = await look();
    expect(branch).toBe(null);
    expect(unsavedRefs.map(({ ref }) => ref).toSorted()).toEqual([
      "HEAD",
      "refs/notes/commits",
      "refs/tags/heavy",
      "refs/tags/light",
    ]);
    expect(await lines()).toContain("1 commit on tag heavy not in the project");
  });

  it("includes an annotated tag on a saved commit: its message exists nowhere else", async () => {
    await open();
    await shop.sh(clone, "git tag light; git tag -a -m note heavy");
    expect(await lines()).toEqual(["tag heavy not in the project"]);
    await shop.git(project, "fetch", "-q", clone, "refs/tags/heavy:refs/tags/other");
    expect(await lines()).toEqual([]);
  });

  it("does not include commits under any ref of the project, but includes those that no ref there leads to", async () => {
    await open();
    await shop.sh(clone, "git commit -q --allow-empty -m 1; git commit -q --allow-empty -m 2");
    await shop.git(project, "fetch", "-q", clone, "a:refs/remotes/elsewhere/x");
    expect(await lines()).toEqual([]);
    await shop.git(project, "update-ref", "-d", "refs/remotes/elsewhere/x");
    expect(await shop.code(project, "cat-file", "-e", await shop.git(clone, "rev-parse", "HEAD"))).toBe(0);
    expect(await lines()).toEqual(["2 commits on a not in the project"]);
  });

  it("includes commits that a killed pull left in the project", async () => {
    await open();
    await shop.sh(clone, "git commit -q --allow-empty -m 1; echo x >x");
    await shop.sh(
      clone,
      "git add x; git tag -f tmp $(git commit-tree -p HEAD -m x $(git write-tree)); git rm -q --cached x",
    );
    await shop.git(project, "fetch", "-q", "--no-tags", clone, "tmp:refs/cowork/incoming/a/0");
    await shop.git(clone, "tag", "-d", "tmp");
    expect(await lines()).toEqual(["1 commit on a not in the project", "1 untracked file: x"]);
    await shop.git(project, "update-ref", "refs/cowork/kept", "refs/cowork/incoming/a/0");
    expect(await lines()).toEqual([]);
  });

  it("does not include a branch tip that the project's own origin advertises, and asks no other remote", async () => {
    await shop.sh(
      project,
      "git clone -q --bare . ../origin.git; git clone -q --bare . ../evil.git; git remote add origin ../origin.git; git fetch -q",
    );
    await open();
    await shop.sh(clone, "git commit -q --allow-empty -m 1; git commit -q --allow-empty -m 2");
    await shop.git(clone, "push", "-q", join(shop.root, "evil.git"), "a");
    await shop.git(clone, "remote", "add", "origin", join(shop.root, "evil.git"));
    expect(await lines()).toEqual(["2 commits on a not in the project"]);
    await shop.git(clone, "push", "-q", join(shop.root, "origin.git"), "a");
    expect(await lines()).toEqual([]);
    await shop.git(clone, "commit", "-q", "--allow-empty", "-m", "3");
    expect(await lines()).toEqual(["1 commit on a not in the project"]);
  });

  it("does not include a working tree that the project has as a whole tree", async () => {
    await open();
    await shop.sh(clone, "echo x >>readme; echo g >g; git rm -q --cached readme; git reset -q");
    await shop.sh(
      project,
      "echo x >>readme; echo g >g; git add -A; git commit -qm same; rm g; echo other >readme; git commit -qam other",
    );
    expect(await lines()).toEqual([]);
    expect(toGitView(await look())).toMatchObject({ uncommitted: 1, untracked: 1 });
    await writeFile(join(clone, "h"), "one more");
    expect(await lines()).toEqual(["1 changed file: readme", "2 untracked files: g, h"]);
  });

  it("includes staged changes even if the working tree is saved", async () => {
    await open();
    await shop.sh(clone, "echo precious >>readme; git add readme; git show HEAD:readme >readme");
    expect(await lines()).toEqual(["1 changed file: readme"]);
  });

  it("does not include files that are the same in the project's working tree", async () => {
    await open();
    await shop.sh(
      clone,
      "echo A=1 >local; echo x >>readme; ln -s there link; printf '.env\n' >.git/info/exclude; echo S=1 >.env",
    );
    expect(await lines()).toEqual([
      "1 changed file: readme",
      "2 untracked files: link, local",
      "1 ignored file that looks precious: .env",
    ]);
    await shop.sh(project, "echo A=1 >local; echo x >>readme; ln -s there link; echo S=1 >.env");
    expect(await lines()).toEqual([]);
    await shop.sh(project, "chmod +x local; echo S=2 >.env; ln -sf elsewhere link");
    expect(await lines()).toEqual(["2 untracked files: link, local", "1 ignored file that looks precious: .env"]);
  });

  it("includes precious files among the ignored, but not those in installed folders", async () => {
    await open();
    await shop.sh(
      clone,
      `printf 'node_modules\ndata\n*.KEY\nbuild.log\n' >.git/info/exclude
       mkdir -p node_modules/x data/deep; echo 1 >node_modules/x/test.pem; echo 1 >data/deep/app.sqlite3; echo 1 >server.KEY; echo 1 >build.log; ln -s /dev/zero data/id_rsa`,
    );
    expect((await look()).precious.toSorted()).toEqual(["data/deep/app.sqlite3", "data/id_rsa", "server.KEY"]);
    const own = await inspectHoldings(localInside(clone, shop.env), savedBy(shop.context, spec.source), {
      precious: ["*.log", "/data/deep/*"],
    });
    expect(own.precious.toSorted()).toEqual(["build.log", "data/deep/app.sqlite3", "data/id_rsa", "server.KEY"]);
  });

  it("includes a file that changed in the same second that the index was written, and kept its size", async () => {
    await open();
    await shop.sh(
      clone,
      // git compares whole seconds; an attempt that spans two of them proves nothing.
      `echo x >quick; git add quick; git commit -qm quick
       for n in 1 2 3 4 5; do
         echo x >quick; one=$(stat -c %Y quick); git update-index -q --refresh; echo y >quick
         [ "$(stat -c %Y .git/index quick | sort -u)" != "$one" ] || break
       done
       sleep 1.1`,
    );
    expect((await look()).uncommitted).toEqual(["quick"]);
  });

  it("includes files that git was configured to skip, and those hidden by settings", async () => {
    await shop.sh(project, "echo 1 >one; echo 2 >two; echo 3 >three; git add -A; git commit -qm files");
    await open();
    await shop.sh(
      clone,
      `git update-index --assume-unchanged one; git update-index --skip-worktree two; git update-index --skip-worktree three; echo x >one; echo x >two; rm three; echo u >u
       git config status.showUntrackedFiles no; git config core.excludesFile ${shop.root}/all; echo '*' >${shop.root}/all; git config core.fileMode false; git config core.trustctime false; git config core.checkStat minimal; git config core.worktree ${project}
       git config core.bare true`,
    );
    expect(await lines()).toEqual(["2 changed files: one, two", "1 untracked file: u"]);
  });

  it.each([
    ["merge", "git merge -q other || :"],
    ["rebase", "git rebase -q other || :"],
    ["cherry-pick", "git cherry-pick other || :"],
    ["revert", "git revert --no-edit HEAD~1 || :"],
    ["bisect", "git bisect start -q HEAD HEAD~2"],
    ["am", "git format-patch -q -1 --stdout other >../p; git am -q ../p || :"],
  ])("includes a %s in progress and what is in conflict", async (operation, start) => {
    await open();
    await shop.sh(
      clone,
      `git checkout -q -b other; echo o >readme; git commit -qam o; git checkout -q a; echo 1 >readme; git commit -qam 1; echo 2 >readme; git commit -qam 2; ${start}`,
    );
    const holdings = await look();
    expect(holdings.operation).toBe(operation);
    expect(describeHoldings(holdings)).toContain(`${operation === "am" ? "an" : "a"} ${operation} in progress`);
    const conflicts = ["merge", "rebase", "cherry-pick", "revert"].includes(operation);
    expect(holdings.conflicted).toEqual(conflicts ? ["readme"] : []);
    expect(holdings.unreadable).toEqual([]);
  });

  it("includes a stash that a rebase keeps, and stashes without a log", async () => {
    await open();
    await shop.sh(
      clone,
      `git checkout -q -b other; echo o >readme; git commit -qam o; git checkout -q a; echo 1 >readme; git commit -qam 1; echo k >k; git add k; git rebase -q --autostash other || :`,
    );
    expect((await look()).stashes).toEqual([expect.stringContaining("rebase-merge/autostash")]);
    await shop.sh(clone, `git rebase --abort; git stash -q; rm -f .git/logs/refs/stash`);
    expect((await look()).stashes).toHaveLength(1);
  });

  it("includes submodules, checked out or not, and added working trees", async () => {
    await shop.project("lib");
    await shop.sh(project, "git submodule --quiet add ../lib vendor/lib; git commit -qm sub");
    await open();
    expect(await lines()).toEqual([]);
    await shop.sh(clone, "cd vendor/lib; git commit -q --allow-empty -m deep; echo u >u");
    expect(await lines()).toEqual([
      "1 changed file: vendor/lib",
      "submodule vendor/lib: 1 commit on HEAD not in the project",
      "submodule vendor/lib: 1 untracked file: u",
    ]);
    await shop.sh(clone, "cd vendor/lib; git branch keep; rm u; cd ../..; git submodule --quiet deinit -f vendor/lib");
    expect(await lines()).toEqual([
      "submodule vendor/lib: 1 commit on keep not in the project",
      "submodule vendor/lib: 1 commit on HEAD not in the project",
    ]);
    await shop.sh(project, "cd vendor/lib; git fetch -q ../../../cowork/sessions/a/.git/modules/vendor/lib keep:keep");
    expect(await lines()).toEqual([]);
    await shop.sh(clone, `git worktree add -q --detach .wt; cd .wt; git commit -q --allow-empty -m there; echo w >w`);
    expect(await lines()).toEqual([
      "1 untracked file: .wt/",
      `worktree ${clone}/.wt: 1 commit on HEAD not in the project`,
      `worktree ${clone}/.wt: 1 untracked file: w`,
    ]);
    await shop.sh(clone, `rm -rf .wt`);
    expect(await lines()).toEqual([`worktree ${clone}/.wt: 1 commit on HEAD not in the project`]);
    await shop.git(clone, "worktree", "prune");
    expect(await lines()).toEqual([]);
  });

  it("includes a repository inside the working tree, even if a tree of the project names its commit", async () => {
    await open();
    await shop.sh(clone, "git init -q nested; cd nested; git commit -q --allow-empty -m x");
    expect(await lines()).toEqual([
      "1 untracked file: nested/",
      "nested repository nested: 1 commit on main not in the project",
    ]);
    await shop.sh(
      project,
      "git init -q nested; cd nested; git fetch -q ../../cowork/sessions/a/nested; git reset -q --hard FETCH_HEAD; cd ..; git add -A; git commit -qm nested",
    );
    expect(await lines()).toEqual([
      "1 untracked file: nested/",
      "nested repository nested: 1 commit on main not in the project",
    ]);
  });

  it("includes git-lfs objects that the project lacks", async () => {
    await open();
    const oid = "ab".repeat(32);
    await shop.sh(clone, `mkdir -p .git/lfs/objects/ab/ab; echo x >.git/lfs/objects/ab/ab/${oid}`);
    expect(await lines()).toEqual([`1 git-lfs object not in the project: ${oid.slice(0, 12)}`]);
    await shop.sh(project, `mkdir -p .git/lfs/objects/ab/ab; echo x >.git/lfs/objects/ab/ab/${oid}`);
    expect(await lines()).toEqual([]);
  });

  it("is found on a branch without commits, in a shallow clone, and when the project is gone", async () => {
    await open();
    await shop.sh(clone, "git checkout -q --orphan new; echo o >o; git add o");
    expect(await look()).toMatchObject({ head: null, branch: "new", unreadable: [] });
    expect(await lines()).toEqual(["1 changed file: o"]);
    await shop.sh(clone, "git checkout -qf a; rm -f o");
    const gone = await inspectHoldings(localInside(clone, shop.env), savedNowhere());
    expect(describeHoldings(gone)).toEqual(["1 commit on a not in the project", "1 commit on main not in the project"]);
    await shop.sh(
      shop.root,
      `for i in 1 2 3; do git -C app commit -q --allow-empty -m $i; done; git clone -q --depth 1 file://${project} low`,
    );
    project = join(shop.root, "low");
    await open("b");
    expect(await lines()).toEqual([]);
    await shop.git(clone, "commit", "-q", "--allow-empty", "-m", "x");
    expect(await lines()).toEqual(["1 commit on b not in the project"]);
  });

  it("includes what cannot be read", async () => {
    await open();
    await shop.sh(clone, "rm -rf .git/objects/pack; find .git/objects -type f | xargs rm -f");
    expect(describeHoldings(await look())).not.toEqual([]);
    await shop.sh(clone, `echo ${project}/.git >.git/commondir`);
    expect(await lines()).toEqual(["not readable: the clone's .git leads to another repository"]);
    await shop.sh(clone, "rm .git/commondir; mv .git/HEAD h; mkfifo .git/HEAD");
    expect(await lines()).toEqual(["not readable: the clone's .git/HEAD is not a regular file"]);
    await shop.sh(clone, "mv .git elsewhere; ln -s elsewhere .git");
    expect(await lines()).toEqual(["not readable: the clone's .git is not a folder"]);
    const silent = {
      ...localInside(clone, shop.env),
      script: () => Promise.resolve({ code: 0, stdout: "", stderr: "", truncated: false }),
    };
    expect((await inspectHoldings(silent, savedBy(shop.context, spec.source))).unreadable).toHaveLength(1);
    const cut = { ...silent, script: () => Promise.resolve({ code: 0, stdout: "", stderr: "", truncated: true }) };
    expect((await inspectHoldings(cut, savedBy(shop.context, spec.source))).unreadable).toHaveLength(1);
  });

  it("includes names of every kind, shown without control characters", async () => {
    await open();
    await shop.sh(
      clone,
      String.raw`printf x >"$(printf 'new\nline')"; printf x >'{{name}}'; printf x >"$(printf '\033[31mred')"; printf x >"$(printf 'la\377tin')"; printf x >' "quoted" '; printf x >-rf; printf x >"$(printf 'tab\tx')"
      git branch "$(printf 'br\377')" ; git commit -q --allow-empty -m 1; git branch '{{x}}'`,
    );
    const holdings = await look();
    expect(holdings.unreadable).toEqual([]);
    expect(holdings.untracked).toHaveLength(7);
    expect(holdings.unsavedRefs).toHaveLength(2);
    for (const line of describeHoldings(holdings)) expect(plain(line)).toBe(line);
    const before = holdings.untracked.toSorted();
    await shop.sh(clone, String.raw`find . -maxdepth 1 -type f ! -name readme -print0 | xargs -0 cp -t ${project}`);
    expect((await look()).untracked).toEqual(before.filter((path) => path.includes("\ufffd")));
  });

  it("is not affected by a name that looks like the script's own markers", async () => {
    await open();
    await mkdir(join(clone, "x"));
    await writeFile(join(clone, "x", "N =0"), "");
    await writeFile(join(clone, "x", "? end"), "");
    expect((await look()).untracked).toEqual(["x/? end", "x/N =0"]);
  });
});
