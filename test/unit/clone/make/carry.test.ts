import { lstat, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyChanges, planChanges } from "../../../../src/clone/make/carry-changes.ts";
import { carryFiles, planCarry, readInclude } from "../../../../src/clone/make/carry.ts";
import { describeHoldings } from "../../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { savedBy } from "../../../../src/clone/unsaved/saved.ts";
import type { CloneSpec } from "../../../../src/clone/types.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let spec: CloneSpec;

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
});
afterEach(() => shop.end());

async function open(): Promise<string> {
  spec = await shop.spec(project, "a");
  await makeClone(shop.context, spec);
  return spec.path;
}

const lines = async (carried: string[] = []): Promise<string[]> =>
  describeHoldings(
    await inspectHoldings(localInside(spec.path, shop.env), savedBy(shop.context, spec.source), { carried }),
  );

describe("copying files", () => {
  it("selects what the patterns match, only regular files inside the root", async () => {
    await shop.sh(
      project,
      String.raw`printf '.env*\nlink\n' >.gitignore; git add -A; git commit -qm i; mkdir -p conf/deep .cowork out; echo E >.env; echo L >.env.local; echo c >conf/deep/c.pem; echo x >.cowork/.cowork.conf
      ln -s /etc/hostname link; ln -s /etc out/etc; ln -s ../../conf conf/deep/again; mkfifo conf/deep/p.pem; echo t >readme.pem; git add readme.pem; printf x >"$(printf 'la\377.pem')"; printf x >'{{x}}.pem'; printf x >"$(printf 'n\nl.pem')"; git init -q nested; touch nested/n.pem`,
    );
    const plan = await planCarry(shop.context, project, {
      copy: [".env*", "*.pem", "link", "out/", "../*", "/etc/*", ".cowork/"],
      include: false,
    });
    expect(plan.files).toEqual([".env", ".env.local", "conf/deep/c.pem", "n\nl.pem", "{{x}}.pem"]);
    expect(plan.notes).toEqual([
      "la\ufffd.pem is not copied: its name is not UTF-8",
      "link is not copied: it is a link",
      "out/etc is not copied: it is a link",
    ]);
    expect((await planCarry(shop.context, project, { copy: [], include: true })).files).toEqual([]);
  });

  it("reads .worktreeinclude and reports whether it is repository content", async () => {
    await shop.sh(project, "echo 1 >one; echo 2 >two; echo 3 >three");
    expect(await readInclude(shop.context, project)).toBe("none");
    await writeFile(join(project, ".worktreeinclude"), "# ours\none\nt*\n!three\n");
    expect(await readInclude(shop.context, project)).toBe("own");
    expect((await planCarry(shop.context, project, { copy: [], include: true })).files).toEqual(["one", "two"]);
    await shop.sh(project, "git add .worktreeinclude");
    expect(await readInclude(shop.context, project)).toBe("tracked");
    await shop.sh(project, "git rm -qf .worktreeinclude; ln -s /etc/passwd .worktreeinclude");
    expect(await readInclude(shop.context, project)).toBe("none");
    expect((await planCarry(shop.context, project, { copy: [], include: true })).files).toEqual([]);
  });

  it("copies files once, keeps modes, overwrites nothing and leaves git status clean", async () => {
    await shop.sh(
      project,
      `mkdir -p conf; echo S=1 >.env; chmod 600 .env; echo x >conf/run; chmod 755 conf/run; echo y >'odd [name]* '`,
    );
    const clone = await open();
    const { files } = await planCarry(shop.context, project, { copy: [".env", "conf", "odd*"], include: false });
    expect(await carryFiles(shop.context, project, clone, files, spec)).toEqual([".env", "conf/run", "odd [name]* "]);
    expect(await shop.sh(clone, "stat -c '%a %n' .env conf conf/run")).toBe("600 .env\n755 conf\n755 conf/run");
    expect((await lstat(join(clone, ".env"))).ino).not.toBe((await lstat(join(project, ".env"))).ino);
    expect(await shop.git(clone, "status", "--porcelain")).toBe("");
    expect(await lines(files)).toEqual([]);
    await writeFile(join(clone, "conf/run"), "changed inside");
    expect(await carryFiles(shop.context, project, clone, files, spec)).toEqual([]);
    expect(await readFile(join(clone, "conf/run"), "utf8")).toBe("changed inside");
    expect(await lines()).toEqual([]);
    expect(await lines(files)).toEqual(["1 ignored file that looks precious: conf/run"]);
  });

  it("follows no link from a commit in the clone", async () => {
    await shop.sh(
      project,
      `mkdir ../outside; ln -s ${shop.root}/outside conf; ln -s ${shop.root}/outside/env .env; git add -A; git commit -qm links`,
    );
    const clone = await open();
    await shop.sh(
      project,
      "rm conf .env; mkdir conf; mkdir conf/deep; echo secret >conf/key; echo secret >conf/deep/key; echo secret >.env",
    );
    expect(await carryFiles(shop.context, project, clone, ["conf/key", "conf/deep/key", ".env"], spec)).toEqual([]);
    expect(await readdir(join(shop.root, "outside"))).toEqual([]);
  });
});

describe("copying changes", () => {
  it("copies every kind of change and does not change the project", async () => {
    await shop.sh(
      project,
      `mkdir dir sub; for f in gone staged both mode dir/file tolink sub/x; do echo $f >$f; done; ln -s readme link; ln -s sub swap; printf 'ignored\n' >.gitignore; git add -A; git commit -qm files
       rm gone; echo s >>staged; git add staged; echo 1 >>both; git add both; echo 2 >>both; chmod +x mode; rm -r dir; echo now-a-file >dir; rm tolink; ln -s both tolink; ln -sf staged link
       rm swap; mkdir swap; echo in >swap/in; git rm -q sub/x; echo new >'new {{x}}'; mkdir n; echo deep >n/deep; echo i >ignored; git init -q nested; touch nested/x`,
    );
    const state =
      "git ls-files -s; GIT_OPTIONAL_LOCKS=0 git status --porcelain; find . -path ./.git -prune -o -type f -print | sort | tr '\\n' '\\0' | xargs -0 sha256sum; stat -c '%y' .git/index";
    const before = await shop.sh(project, state);
    const clone = await open();
    const plan = await planChanges(shop.context, project);
    const to = { clone, start: spec.start.commit, owner: spec };
    const paths = await applyChanges(shop.context, { root: project, plan }, to);
    expect(await shop.sh(project, state)).toBe(before);
    expect(plan.notes).toEqual(["nested/ is not copied: it is a separate git repository"]);
    expect(paths).toContain("new {{x}}");
    const files =
      "git status --porcelain=v1 -uall . ':(exclude)nested' | cut -c3- | sort -u; find . -path ./.git -prune -o -path ./nested -prune -o -name ignored -o -printf '%P %y %m %l\\n' | sort; cat dir both staged swap/in";
    const shown = (text: string): string => text.replaceAll(/ 7?[57]5( |$)/gm, " dir ");
    expect(shown(await shop.sh(clone, files))).toBe(shown(await shop.sh(project, files)));
    expect(await readdir(clone)).not.toContain("nested");
    expect(await lines()).toEqual([]);
    await writeFile(join(clone, "both"), "more");
    expect(await lines()).toEqual(["1 changed file: both"]);
  });

  it("refuses when the session starts from another commit", async () => {
    const clone = await open();
    await shop.sh(project, "git commit -q --allow-empty -m next");
    const plan = await planChanges(shop.context, project);
    const to = { clone, start: spec.start.commit, owner: spec };
    await expect(applyChanges(shop.context, { root: project, plan }, to)).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});
