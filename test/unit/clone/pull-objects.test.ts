import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession, type PullResult } from "../../../src/clone/exchange/pull.ts";
import type { CloneSpec } from "../../../src/clone/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { localInside } from "../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let spec: CloneSpec;

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
  spec = await shop.spec(project, "a");
  await makeClone(shop.context, spec);
});
afterEach(() => shop.end());

const pull = (context: Context = shop.context): Promise<PullResult> =>
  pullSession(context, localInside(spec.path, shop.env), spec.source, {
    session: "a",
    startBranch: "a",
    identity: { name: "Grace", email: "grace@example.org" },
  });
const objectFolders = (): Promise<string[]> => readdir(join(project, ".git/objects"));
/** Makes a commit of raw bytes the session's branch, with an ordinary commit on top. */
const standOn = (lines: string, tree = "$(git rev-parse 'HEAD^{tree}')"): Promise<string> =>
  shop.sh(
    spec.path,
    `t=${tree}; p=$(git rev-parse HEAD)
     printf "tree $t\\nparent $p\\n${lines}\\n\\nold\\n" >../raw
     git reset -q --hard $(git hash-object -w -t commit --literally ../raw); rm ../raw
     git commit -q --allow-empty -m mine`,
  );

describe("malformed objects", () => {
  it.each([
    ["no space before the email", "author A<a@x> 1100000000 +0000\\ncommitter A<a@x> 1100000000 +0000"],
    ["an invalid time zone", "author A <a@x> 1100000000 +051800\\ncommitter A <a@x> 1100000000 +051800"],
    ["a date with a leading zero", "author A <a@x> 01100000000 +0000\\ncommitter A <a@x> 1100000000 +0000"],
    ["a name with a bracket", "author A> <a@x> 1100000000 +0000\\ncommitter A> <a@x> 1100000000 +0000"],
    ["two authors", "author A <a@x> 1 +0000\\nauthor B <b@x> 1 +0000\\ncommitter A <a@x> 1 +0000"],
  ])("are pulled if real histories contain them: %s", async (_, lines) => {
    await standOn(lines);
    // As git on the session's machine may be configured, and newer git by default.
    await shop.git(project, "config", "transfer.fsckObjects", "true");
    expect((await pull()).refs).toMatchObject([{ ref: "refs/heads/a", state: "made" }]);
    expect(await shop.git(project, "log", "-2", "--format=%s", "a")).toBe("mine\nold");
  });

  it("are pulled when a tree of an old program has modes with a leading zero", async () => {
    const mode = String.raw`$(b=$(git rev-parse HEAD:readme | sed 's/../\\x&/g'); /usr/bin/printf "0100644 readme\0$b" >../tree; git hash-object -w -t tree --literally ../tree; rm ../tree)`;
    await standOn("author A <a@x> 1 +0000\\ncommitter A <a@x> 1 +0000", mode);
    expect((await pull()).refs).toMatchObject([{ ref: "refs/heads/a", state: "made" }]);
  });

  it.each([
    [".git", /hasDotgit|\.git/],
    [".GIT", /hasDotgit|\.git/],
    ["..", /hasDotdot|\.\./],
  ])("are refused with git's reason and a hint when a file is named %s", async (name, reason) => {
    const tree = `$(printf '100644 blob %s\\t${name}\\n' "$(git rev-parse HEAD:readme)" | git mktree)`;
    await shop.sh(
      spec.path,
      `c=$(git commit-tree -p HEAD -m evil ${tree}); git update-ref refs/heads/a $c; git symbolic-ref HEAD refs/heads/a`,
    );
    await expect(pull()).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringMatching(reason) as string,
      hint: expect.stringContaining("cowork connect a -- git format-patch") as string,
    });
    expect(await shop.git(project, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  it("are refused when .gitmodules would run a command", async () => {
    await shop.sh(
      spec.path,
      `printf '[submodule "x"]\\n\\tpath = x\\n\\turl = --upload-pack=touch\\n' >.gitmodules; git add -A; git commit -qm evil`,
    );
    await expect(pull()).rejects.toMatchObject({ message: expect.stringContaining("gitmodulesUrl") as string });
    expect(await objectFolders()).not.toContainEqual(expect.stringContaining("tmp"));
  });
});

describe("a partial clone", () => {
  it("accepts commits whose files are next to others that it lacks itself", async () => {
    const up = await shop.project("up");
    await shop.sh(up, "git config uploadpack.allowFilter true; mkdir d; echo 1 >d/f; git add -A; git commit -qm d");
    await shop.sh(shop.root, `git clone -q --filter=blob:none --sparse "file://${up}" part`);
    const part = join(shop.root, "part");
    project = part;
    spec = await shop.spec(part, "p", { origin: "https://example.invalid/app.git" });
    await makeClone(shop.context, spec);
    await shop.sh(spec.path, "echo 2 >new; git add -A; git commit -qm new");
    const result = await pullSession(shop.context, localInside(spec.path, shop.env), spec.source, {
      session: "p",
      startBranch: "p",
      identity: { name: "Grace", email: "grace@example.org" },
    });
    expect(result.refs).toMatchObject([{ ref: "refs/heads/p", state: "made" }]);
    expect(await shop.git(part, "log", "-1", "--format=%s", "p")).toBe("new");
  });
});

describe("a pull that fails", () => {
  it("leaves nothing in the project's store, even on a full disk, and works when there is room", async () => {
    await shop.sh(spec.path, "head -c 200000 /dev/urandom >big; git add -A; git commit -qm big");
    const before = await shop.sh(project, "find .git -type f | sort");
    const { run } = shop.context;
    // A file of the child process may have 20 kB: the effect of a full disk.
    const full: typeof run = (file, args, options) =>
      args.includes("unbundle")
        ? run("sh", ["-c", 'ulimit -f 40; trap "" XFSZ; exec git "$@"', "sh", ...args], options)
        : run(file, args, options);
    await expect(pull({ ...shop.context, run: full })).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(await shop.sh(project, "find .git -type f | sort")).toBe(before);
    expect((await pull()).refs).toMatchObject([{ state: "made" }]);
  });

  it("leaves what others have there, and removes what a killed pull of this session left", async () => {
    const objects = join(project, ".git/objects");
    const name = `tmp_objdir-cowork-${shop.context.paths.pathHash}-a`;
    await shop.sh(objects, `mkdir -p ${name}/pack pack; echo x >${name}/pack/tmp_pack_x; echo x >pack/tmp_pack_other`);
    await shop.git(spec.path, "commit", "-q", "--allow-empty", "-m", "one");
    await pull();
    expect(await objectFolders()).not.toContain(name);
    expect(await readdir(join(objects, "pack"))).toContain("tmp_pack_other");
  });
});

describe("the caller's umask", () => {
  it("applies to files that a fast-forward writes in the working tree, and to nothing in the session", async () => {
    await shop.sh(spec.path, "git checkout -q main; echo k >token; mkdir d; echo x >d/x; git add -A; git commit -qm w");
    const result = await pullSession({ ...shop.context, umask: 0o077 }, localInside(spec.path, shop.env), spec.source, {
      session: "a",
      startBranch: "main",
      identity: { name: "Grace", email: "grace@example.org" },
      ff: true,
    });
    expect(result.refs).toMatchObject([{ ref: "refs/heads/main", state: "updated" }]);
    expect(await shop.sh(project, "stat -c %a token d d/x")).toBe("600\n700\n600");
    const other = await shop.spec(project, "b");
    await makeClone({ ...shop.context, umask: 0o077 }, other);
    expect(await shop.sh(other.path, "stat -c %a token d d/x")).toBe("644\n755\n644");
  });
});
