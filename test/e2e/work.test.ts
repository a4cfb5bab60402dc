import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, git, sampleProject } from "../support/git/sample-project.ts";

/** Work is copied to and from sessions, and `clean` never removes work that exists nowhere else. */
describe.each([
  ["this machine", temporaryHome],
  ["another machine over SSH", remoteAccount],
])("sessions on %s", (_, account: () => Promise<TestHome>) => {
  let home: TestHome;
  let cwd: string;
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
  const inside = (script: string): Promise<CoworkResult> => cowork("connect", "a", "--", "sh", "-c", script);

  beforeAll(async () => {
    home = await account();
    cwd = await sampleProject(home, "image", {
      files: { ".gitignore": ".env\n*.log\n", ".worktreeinclude": "*.log\n", "kept.txt": "1\n" },
    });
  });
  afterAll(() => home.remove());

  it("init --carry and COPY include uncommitted files and leave the project unchanged", async () => {
    await writeFile(join(cwd, "kept.txt"), "2\n");
    await writeFile(join(cwd, "new.txt"), "new\n");
    await writeFile(join(cwd, ".env"), "SECRET=1\n");
    await cowork("config", "set", "COPY", ".env");
    const before = await git(cwd, "status", "--porcelain");
    const asked = await cowork("init", "carried", "--carry", "--no-start", "--json");
    expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: "TRUST_REQUIRED" } });
    const made = await cowork("init", "carried", "--carry", "--trust");
    expect(made.code, made.stderr).toBe(0);
    expect(await git(cwd, "status", "--porcelain")).toBe(before);
    const carried = await cowork(
      "connect",
      "carried",
      "--",
      "sh",
      "-c",
      "cat .env kept.txt new.txt; git status --porcelain",
    );
    expect(carried.stdout).toBe("SECRET=1\n2\nnew\n M kept.txt\n?? new.txt\n");
    // All of it is in the project too, so nothing would be lost.
    expect((await cowork("clean", "carried")).code).toBe(0);
    await git(cwd, "checkout", "-q", "kept.txt");
  });

  it("clean counts ignored files as work if they were carried in and changed, or if PRECIOUS names them", async () => {
    await writeFile(join(cwd, "app.log"), "1\n");
    const made = await cowork("init", "ignored", "--trust");
    expect(made.code, made.stderr).toBe(0);
    const inIgnored = (script: string): Promise<CoworkResult> => cowork("connect", "ignored", "--", "sh", "-c", script);
    await inIgnored("cat app.log; echo x >other.log");
    expect((await cowork("clean", "ignored", "--dry-run")).code).toBe(0);
    await inIgnored("echo 2 >>app.log");
    const refused = await cowork("clean", "ignored");
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("app.log")]);
    expect(refused.stderr).not.toContain("other.log");
    await cowork("config", "set", "PRECIOUS", "other.*");
    expect((await cowork("clean", "ignored")).stderr).toContain("other.log");
    expect((await cowork("status", "ignored", "--json")).stdout).toContain("other.log");
    await cowork("config", "set", "PRECIOUS", "");
    expect((await cowork("clean", "ignored", "--force")).code).toBe(0);
  });

  it("clean refuses because of an unsaved commit and file, names them, and shows how to save them", async () => {
    await cowork("init", "a");
    await inside("echo 1 >f; git add f; git commit -qm one; echo 2 >g");
    const refused = await cowork("clean", "a");
    expect(refused.code).toBe(3);
    expect(refused.stderr + refused.stdout).toMatch(/1 commit/);
    expect(refused.stderr + refused.stdout).toMatch(/\bg\b/);
    expect(refused.stderr + refused.stdout).toMatch(/cowork pull a/);
  });

  it("diff shows committed and uncommitted changes together", async () => {
    const { stdout } = await cowork("diff", "a");
    expect(stdout).toMatch(/^\+1$/m);
    expect(stdout).toMatch(/^\+2$/m);
    expect((await cowork("diff", "a", "--stat", "--", "f")).stdout).toMatch(/1 file changed/);
  });

  it("pull --apply brings commits and files as uncommitted changes, and names what is in the way", async () => {
    await writeFile(join(cwd, "g"), "mine\n");
    const refused = await cowork("pull", "a", "--apply", "--json");
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: "FILES_IN_THE_WAY", message: expect.stringContaining(": g.") as string },
    });
    expect(await git(cwd, "status", "--porcelain", "-uno")).toBe("");
    await rm(join(cwd, "g"));
    const applied = await cowork("pull", "a", "--apply");
    expect(applied.stdout, applied.stderr).toBe("applied 2 files: 2 added\n  added    f\n  added    g\n");
    expect(await git(cwd, "status", "--porcelain", "-uno")).toBe("A  f\nA  g");
    await git(cwd, "reset", "-q", "--hard");
    expect((await cowork("pull", "a", "--apply", "--ff")).code).toBe(2);
  });

  it("cp copies both ways, and a program inside can notify", async () => {
    await inside("mkdir -p out/deep; seq 100000 >out/deep/numbers; cowork notify 'files are ready'");
    const out = await cowork("cp", "a:out", "copied");
    expect(out.stdout, out.stderr).toContain("copied 1 file to");
    expect((await stat(join(cwd, "copied/deep/numbers"))).size).toBe(588_895);
    expect((await cowork("cp", "copied", "a:/tmp/back")).code).toBe(0);
    const same = await inside("cmp /tmp/back/deep/numbers out/deep/numbers && rm -r out; cowork whoami | head -2");
    expect(same.stdout, same.stderr).toMatch(/^session  a\nproject  \S+\n$/);
    expect(await cowork("cp", "a:f", "-")).toMatchObject({ code: 0, stdout: "1\n" });
    expect((await cowork("cp", "copied/.", "a:/tmp/back")).code).toBe(1);
    await rm(join(cwd, "copied"), { recursive: true });
    const { stdout } = await cowork("events", "a", "--type", "session.notify", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ type: "session.notify", data: { detail: "files are ready" } });
  });

  it("pull fetches the commits as a branch and leaves the project's working tree unchanged", async () => {
    const head = await git(cwd, "rev-parse", "HEAD");
    const pulled = await cowork("pull", "a");
    expect(pulled.code, pulled.stderr).toBe(0);
    expect(await git(cwd, "log", "-1", "--format=%s", "a")).toBe("one");
    expect(await git(cwd, "rev-parse", "HEAD")).toBe(head);
    expect((await cowork("clean", "a")).code).toBe(3);
  });

  it("pull refuses to overwrite a diverged branch and suggests --branch", async () => {
    await git(cwd, "branch", "other", "a");
    await inside("git commit -q --amend -m two");
    const refused = await cowork("pull", "a");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--branch");
    expect(await git(cwd, "log", "-1", "--format=%s", "a")).toBe("one");
    expect((await cowork("pull", "a", "--branch", "a2")).code).toBe(0);
    expect(await git(cwd, "log", "-1", "--format=%s", "a2")).toBe("two");
  });

  it("pull --uncommitted saves uncommitted files on a separate branch, then clean succeeds", async () => {
    const pulled = await cowork("pull", "a", "--uncommitted", "--branch", "a2");
    expect(pulled.code, pulled.stderr).toBe(0);
    const status = await inside("git status --porcelain");
    expect(status.stdout).toBe("?? g\n");
    const cleaned = await cowork("clean", "a");
    expect(cleaned.code, cleaned.stderr).toBe(0);
  });

  it("push sends the project's commits, merges only on request, and undoes a conflicting rebase", async () => {
    await cowork("init", "p");
    const inP = (script: string): Promise<CoworkResult> => cowork("connect", "p", "--", "sh", "-c", script);
    await writeFile(join(cwd, "kept.txt"), "project\n");
    await commitAll(cwd, "of the project");
    expect((await cowork("push", "p", "main")).code).toBe(0);
    expect((await inP("git log -1 --format=%s project/main; cat kept.txt")).stdout).toBe("of the project\n1\n");
    expect((await cowork("push", "p", "main", "--merge")).code).toBe(0);
    expect((await inP("cat kept.txt")).stdout).toBe("project\n");
    await inP("echo session >kept.txt; git commit -qam mine");
    await writeFile(join(cwd, "kept.txt"), "project again\n");
    await commitAll(cwd, "again");
    const conflict = await cowork("push", "p", "main", "--rebase");
    expect(conflict.code).toBe(1);
    expect((await inP("cat kept.txt; git status --porcelain; git log -1 --format=%s")).stdout).toBe("session\nmine\n");
  });
});
