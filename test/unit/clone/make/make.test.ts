import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { incompletePath, makeClone } from "../../../../src/clone/make/make.ts";
import { makeBundle } from "../../../../src/clone/exchange/make-bundle.ts";
import { expectClean, filesBelow, inodes } from "../../../support/git/clone-checks.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

describe("makeClone", () => {
  it("makes a new branch at the start commit, complete and clean, with nothing of cowork in it", async () => {
    const project = await shop.project();
    const spec = await shop.spec(project, "a", { origin: "https://example.org/app.git" });
    expect(await makeClone(shop.context, spec)).toEqual({ notes: [], remoteTips: [spec.start.commit] });
    await expectClean(shop, spec.path);
    expect(await shop.git(spec.path, "status", "--branch", "--porcelain=v1")).toBe("## a");
    expect(await shop.git(spec.path, "remote", "-v")).toContain("https://example.org/app.git (push)");
    expect(await shop.git(spec.path, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/a\nrefs/heads/main\nrefs/remotes/project/main",
    );
    const config = await readFile(join(spec.path, ".git/config"), "utf8");
    expect(config).not.toContain(shop.root);
    expect(await readdir(join(spec.path, ".git"))).not.toContain("hooks");
    expect(await readdir(shop.context.paths.sessions)).toEqual(["a"]);
  });

  it("copies the project's remote-tracking branches of origin, its tags and the branch's upstream", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `git branch feature; git tag v1; git tag -a -m two v2
       git clone -q --bare . ../origin.git; git remote add origin ../origin.git; git fetch -q origin; git remote set-head origin main
       git branch -q -u origin/feature feature`,
    );
    const spec = await shop.spec(project, "feature", { origin: "https://example.org/app.git" });
    await makeClone(shop.context, { ...spec, start: { ...spec.start, existing: true } });
    await expectClean(shop, spec.path);
    expect(await shop.git(spec.path, "rev-parse", "--abbrev-ref", "feature@{upstream}")).toBe("origin/feature");
    expect(await shop.git(spec.path, "symbolic-ref", "refs/remotes/origin/HEAD")).toBe("refs/remotes/origin/main");
    expect(await shop.git(spec.path, "tag")).toBe("v1\nv2");
    expect(await shop.git(spec.path, "cat-file", "-t", "v2")).toBe("tag");
    expect(await shop.git(spec.path, "status", "--branch", "--porcelain=v1")).toBe("## feature...origin/feature");
  });

  it("has no remote-tracking refs and no remote without an origin", async () => {
    const project = await shop.project();
    await shop.sh(project, `git clone -q --bare . ../o.git; git remote add origin ../o.git; git fetch -q origin`);
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    expect(await shop.git(spec.path, "remote")).toBe("");
    expect(await shop.git(spec.path, "for-each-ref", "refs/remotes/origin")).toBe("");
  });

  it("starts from an older commit, and from a branch that only origin has", async () => {
    const project = await shop.project();
    const first = await shop.git(project, "rev-parse", "HEAD");
    await shop.sh(
      project,
      `echo two >two; git add -A; git commit -qm two; git update-ref refs/remotes/origin/far HEAD~1`,
    );
    const old = await shop.spec(project, "old", { start: { branch: "old", commit: first, existing: false } });
    await makeClone(shop.context, old);
    expect(await readdir(old.path)).not.toContain("two");
    await expectClean(shop, old.path);
    const far = await shop.spec(project, "far", {
      start: { branch: "far", commit: first, existing: true },
      origin: "git@example.org:app.git",
    });
    await makeClone(shop.context, far);
    expect(await shop.git(far.path, "rev-parse", "--abbrev-ref", "@{upstream}")).toBe("origin/far");
  });

  it("shares no inode with the project or other clones", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `for i in 1 2 3 4 5; do echo $i >f$i; git add -A; git commit -qm $i; done; git gc -q; echo x >x; git add -A; git commit -qm x`,
    );
    const [a, b] = [await shop.spec(project, "a"), await shop.spec(project, "b")];
    await makeClone(shop.context, a);
    await makeClone(shop.context, b);
    const sets = await Promise.all([project, a.path, b.path].map(inodes));
    const total = sets.reduce((sum, set) => sum + set.size, 0);
    expect(new Set(sets.flatMap((set) => [...set])).size).toBe(total);
    const before = await shop.sh(shop.root, `find app cowork/sessions/b -type f -exec sha256sum {} + | sort`);
    for (const file of await filesBelow(join(a.path, ".git/objects"))) {
      await shop.sh(shop.root, `chmod u+w '${file}'`);
      await writeFile(file, "forged");
    }
    expect(await shop.sh(shop.root, `find app cowork/sessions/b -type f -exec sha256sum {} + | sort`)).toBe(before);
  });

  it("needs no alternates", async () => {
    const project = await shop.project("lender");
    await shop.sh(
      shop.root,
      `git clone -q --shared lender middle; git clone -q --shared middle app; cd app; echo x >x; git add -A; git commit -qm x`,
    );
    const spec = await shop.spec(join(shop.root, "app"), "a");
    await makeClone(shop.context, spec);
    await shop.sh(shop.root, `rm -rf ${project} middle app`);
    await expectClean(shop, spec.path);
    expect(await shop.git(spec.path, "log", "--format=%s")).toBe("x\none");
    await expect(lstat(join(spec.path, ".git/objects/info/alternates"))).rejects.toThrow("ENOENT");
  });

  it("stays shallow if the project is, and reports it", async () => {
    const project = await shop.project("deep");
    await shop.sh(project, `for i in 1 2 3; do git commit -q --allow-empty -m $i; done`);
    await shop.sh(shop.root, `git clone -q --depth 2 "file://$PWD/deep" app`);
    const spec = await shop.spec(join(shop.root, "app"), "a");
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("shallow");
    expect(await shop.git(spec.path, "rev-list", "--count", "HEAD")).toBe("2");
    await expectClean(shop, spec.path);
  });

  it("clones a linked worktree with its branch", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `git worktree add -q -b side ../side; cd ../side; echo s >s; git add -A; git commit -qm side`,
    );
    const spec = await shop.spec(join(shop.root, "side"), "a");
    await makeClone(shop.context, spec);
    await expectClean(shop, spec.path);
    expect((await lstat(join(spec.path, ".git"))).isDirectory()).toBe(true);
    expect(await shop.git(spec.path, "branch", "--format=%(refname:short)")).toBe("a\nside");
  });

  it("is complete if the project is a sparse checkout", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `mkdir in out; echo 1 >in/f; echo 2 >out/f; git add -A; git commit -qm dirs; git sparse-checkout set in`,
    );
    await expect(lstat(join(project, "out"))).rejects.toThrow("ENOENT");
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    expect(await readFile(join(spec.path, "out/f"), "utf8")).toBe("2\n");
    await expectClean(shop, spec.path);
  });

  it("keeps modes, links, line endings and unusual names", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      String.raw`printf '*.crlf text eol=crlf\n*.bin -text\n' >.gitattributes
      printf 'a\nb\n' >t.crlf; printf 'a\r\n' >x.bin; echo x >run; chmod +x run; ln -s /etc/passwd out; ln -s readme in; mkdir sub; ln -s ../sub sub/self
      printf x >"$(printf 'new\nline')"; printf x >'{{name}}'; printf x >"$(printf '\033[31mred')"; printf x >"$(printf 'la\377tin')"; printf x >' "quoted" '; printf x >-rf
      git add -A; git commit -qm names`,
    );
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    await expectClean(shop, spec.path);
    const list = `git ls-files -s -z | sha256sum; ls -1A -Q | sort; readlink out in; stat -c %a run readme; cat t.crlf | od -c | head -3`;
    await shop.sh(project, `rm t.crlf; git checkout -q -- t.crlf`);
    expect(await shop.sh(spec.path, list)).toBe(await shop.sh(project, list));
  });

  it("does not copy the user's hooks, templates, monitors and filters, and reports which filters", async () => {
    const project = await shop.project();
    await shop.sh(
      shop.root,
      `mkdir -p tpl/hooks hooks
       for h in tpl/hooks/post-checkout hooks/post-checkout hooks/reference-transaction; do printf '#!/bin/sh\ntouch ${shop.root}/canary\n' >$h; chmod +x $h; done
       git config --global init.templateDir ${shop.root}/tpl; git config --global core.hooksPath ${shop.root}/hooks
       git config --global core.fsmonitor 'touch ${shop.root}/canary; false'
       git config --global filter.up.smudge 'tr a-z A-Z'; git config --global filter.up.clean 'tr A-Z a-z'`,
    );
    await shop.sh(
      project,
      `printf 'shout filter=up\n' >.gitattributes; echo loud >shout; git -c core.hooksPath=/dev/null -c core.fsmonitor=false add -A; git -c core.hooksPath=/dev/null -c core.fsmonitor=false commit -qm f`,
    );
    const spec = await shop.spec(project, "a");
    await shop.sh(shop.root, "rm -f canary");
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toEqual([expect.stringContaining("filter up is not used")]);
    expect(await readdir(shop.root)).not.toContain("canary");
    expect(await readdir(join(spec.path, ".git"))).not.toContain("hooks");
    expect(await readFile(join(spec.path, "shout"), "utf8")).toBe("loud\n");
  });

  it.each([
    ["core.autocrlf", "true"],
    ["core.autocrlf", "input"],
    ["core.eol", "crlf"],
    ["core.safecrlf", "true"],
    ["core.symlinks", "false"],
    ["core.fileMode", "false"],
    ["core.excludesFile", "IGNORE"],
    ["core.attributesFile", "ATTRIBUTES"],
    ["core.sharedRepository", "group"],
    ["extensions.worktreeConfig", "true"],
    ["core.quotePath", "false"],
    ["filter.x.smudge", "sed s/b/c/"],
  ])("is the same and clean for a git without the user's %s=%s", async (key, value) => {
    const project = await shop.project();
    await shop.sh(
      project,
      String.raw`printf '*.txt text\n*.win text eol=crlf\nf filter=x\n' >.gitattributes; printf 'a\nb\n' >t.txt; printf 'a\nb\n' >plain
      printf 'a\r\nb\n' >mixed; printf 'a\nb\n' >w.win; printf 'a\nb\n' >f; echo x >run; chmod +x run; ln -s readme link; git add -A; git commit -qm files`,
    );
    const inspect = "ls -l | awk '{print $1}'; sha256sum t.txt plain mixed w.win f run; readlink link";
    const bare = await shop.spec(project, "bare");
    await makeClone(shop.context, bare);
    const files = join(shop.root, "files");
    await mkdir(files);
    await writeFile(join(files, "IGNORE"), "*\n");
    await writeFile(join(files, "ATTRIBUTES"), "* text eol=crlf\n* filter=x\n");
    await shop.git(shop.root, "config", "--global", key, /^[A-Z]+$/.test(value) ? join(files, value) : value);
    // As `git -c` passes it to an alias, in case cowork runs as an alias.
    const env = { ...shop.env, GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.autocrlf", GIT_CONFIG_VALUE_0: "true" };
    for (const [name, context] of [
      ["a", shop.context],
      ["b", { ...shop.context, env }],
    ] as const) {
      const spec = await shop.spec(project, name);
      await makeClone(context, spec);
      const inside = `export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1; unset GIT_CONFIG_COUNT`;
      expect(
        await shop.sh(spec.path, `${inside}; git status --porcelain --ignored; touch *; git status --porcelain`),
      ).toBe("");
      expect(await shop.sh(spec.path, inspect)).toBe(await shop.sh(bare.path, inspect));
      expect(await readFile(join(spec.path, ".git/config"), "utf8")).toBe(
        await readFile(join(bare.path, ".git/config"), "utf8"),
      );
    }
  });

  it("keeps the line ends of the project's own settings, and is clean", async () => {
    const project = await shop.project();
    await shop.sh(project, "git config core.autocrlf true");
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    expect(await readFile(join(spec.path, "readme"), "utf8")).toBe("hello\r\n");
    await expectClean(shop, spec.path);
  });

  it("keeps a complete clone, replaces an incomplete one, and does not touch anything else", async () => {
    const project = await shop.project();
    const spec = await shop.spec(project, "a");
    await mkdir(incompletePath(spec.path), { recursive: true });
    await writeFile(join(incompletePath(spec.path), "junk"), "x");
    await symlink(project, join(incompletePath(spec.path), "link"));
    await makeClone(shop.context, spec);
    expect(await readdir(spec.path)).toEqual([".git", "readme"]);
    await writeFile(join(spec.path, "work"), "mine");
    await makeClone(shop.context, spec);
    expect(await readFile(join(spec.path, "work"), "utf8")).toBe("mine");
    expect(await readdir(project)).toEqual([".git", "readme"]);
    await mkdir(join(shop.context.paths.sessions, "b"));
    await writeFile(join(shop.context.paths.sessions, "b", "other"), "x");
    await expect(
      makeClone(shop.context, { ...spec, path: join(shop.context.paths.sessions, "b") }),
    ).rejects.toMatchObject({
      code: "SESSION_EXISTS",
    });
  });

  it("leaves nothing behind when it is interrupted or fails", async () => {
    const project = await shop.project();
    const spec = await shop.spec(project, "a");
    const abort = new AbortController();
    const run = shop.context.run;
    const context = {
      ...shop.context,
      signal: abort.signal,
      run: ((file, args, options) => {
        if (args.includes("read-tree")) abort.abort();
        return run(file, args, options);
      }) as typeof run,
    };
    await expect(makeClone(context, spec)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await readdir(shop.context.paths.sessions)).toEqual([]);
    const wrong = { ...spec, start: { ...spec.start, commit: "1".repeat(40) } };
    await expect(makeClone(shop.context, wrong)).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(await readdir(shop.context.paths.sessions)).toEqual([]);
  });

  it("works in a folder with a newline, a quote and a colon in its name, also as a linked worktree", async () => {
    const project = await shop.project('a\nb:"c"');
    await shop.git(project, "worktree", "add", "-q", "-b", "side", join(shop.root, "side\ntree"));
    for (const [n, folder] of [project, join(shop.root, "side\ntree")].entries()) {
      const spec = await shop.spec(folder, `s${n}`);
      await makeClone(shop.context, spec);
      await expectClean(shop, spec.path);
      expect(await readFile(join(spec.path, "readme"), "utf8")).toBe("hello\n");
      // the bundle borrows the project's objects
      const bundle = await makeBundle(shop.context, spec.source, { oids: [spec.start.commit], have: [] }, shop.root);
      expect(await shop.git(spec.path, "bundle", "verify", "-q", bundle ?? "")).toBe("");
      await shop.sh(shop.root, "rm -rf repository commits.bundle");
    }
  });

  it("works while the project repacks itself", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `for i in $(seq 300); do echo $i >f$i; done; git add -A; git commit -qm many; for i in $(seq 20); do echo $i >f; git add -A; git commit -qm $i; done`,
    );
    const busy = shop.sh(
      project,
      `for i in 1 2 3 4 5 6; do git repack -adq; echo $i >>f; git commit -qam more$i; done`,
    );
    const specs = await Promise.all(["a", "b", "c", "d"].map((name) => shop.spec(project, name)));
    await Promise.all(specs.map((spec) => makeClone(shop.context, spec)));
    await busy;
    for (const spec of specs) await expectClean(shop, spec.path);
    expect(await readdir(shop.context.paths.sessions)).toEqual(["a", "b", "c", "d"]);
  });

  it("ignores variables of the caller's environment that select another repository", async () => {
    const project = await shop.project();
    const other = await shop.project("other");
    const context = {
      ...shop.context,
      env: { ...shop.env, GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other, GIT_INDEX_FILE: join(other, "i") },
    };
    const spec = await shop.spec(project, "a");
    await makeClone(context, spec);
    await expectClean(shop, spec.path);
    expect(await readdir(other)).toEqual([".git", "readme"]);
  });
});

describe("the owner of a clone", () => {
  it("is the session's user, and the index is up to date", async () => {
    // Only root can change the owner; for any other user the owner is that user, and the same must hold.
    const user = shop.context.user;
    const [theirs, ours, gid] = user.isRoot ? [1234, 4321, 4321] : [user.uid, user.uid, user.gid];
    const project = await shop.project();
    await shop.sh(project, `ln -s /etc/hostname link; git add -A; git commit -qm link; chown -R ${theirs} .`);
    const owner = await lstat("/etc/hostname");
    const gitDir = join(project, ".git");
    const commit = (await readFile(join(gitDir, "refs/heads/main"), "utf8")).trim();
    const path = join(shop.context.paths.sessions, "a");
    await makeClone(shop.context, {
      source: { kind: "repository", root: project, gitDir },
      path,
      start: { branch: "a", commit, existing: false },
      origin: undefined,
      uid: ours,
      gid,
    });
    expect(await shop.sh(path, `find . ! \\( -uid ${ours} -gid ${gid} \\)`)).toBe("");
    expect((await lstat("/etc/hostname")).uid).toBe(owner.uid);
    const files = `git -c safe.directory=${path} diff-files --name-only`;
    expect(await shop.sh(shop.root, `cd ${path}; export GIT_DIR=.git; ${files}`)).toBe("");
    expect(await shop.sh(shop.root, `cd ${project}; find . ! -uid ${theirs}`)).toBe("");
  });
});
