import { cp, mkdir, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noClient } from "../../src/session/no-client.ts";
import { createLocalHost } from "../../src/session/local-host.ts";
import { asRoot } from "../support/home/as-root.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { readHistoryLines } from "../support/runs/history-lines.ts";
import { runHost } from "../support/runs/run-host.ts";
import { until } from "../support/runs/until.ts";

// The cowork home is on a separate small disk: a file system in a file of 24 MB.
let home: TestHome;
beforeAll(async () => {
  home = await temporaryHome();
  const node = join(home.coworkHome, "lib", "node", "bin", "node");
  const target = await readlink(node);
  const disk = join(home.folder, "disk");
  await writeFile(disk, Buffer.alloc(24 * 1024 * 1024));
  await asRoot("mkfs.ext4", ["-q", "-m", "0", disk]);
  await asRoot("mount", ["-o", "loop", disk, home.coworkHome]);
  await asRoot("chown", [`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`, home.coworkHome]);
  await mkdir(dirname(node), { recursive: true });
  await symlink(target, node);
});
afterAll(async () => {
  await asRoot("umount", [home.coworkHome]);
  await home.remove();
});

it("init reports a full disk as DISK_FULL without a stack trace, and the session can be cleaned", async () => {
  const cwd = await sampleProject(home, "image", {
    name: "big",
    files: { "big.hex": randomBytes(16 * 1024 * 1024).toString("hex") },
  });
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
  const full = await cowork("init", "a", "--no-start", "--json");
  expect(full.code, full.stdout + full.stderr).toBe(1);
  expect(JSON.parse(full.stdout), full.stdout).toMatchObject({
    sessions: [{ name: "a", state: "failed", error: { code: "DISK_FULL" } }],
  });
  expect(full.stderr).not.toMatch(/\n\s+at /);

  const { stdout } = await cowork("list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ sessions: [{ name: "a", state: "failed" }] });
  expect((await cowork("clean", "a")).code).toBe(0);
  expect(await readdir(join(home.coworkHome, "sessions"))).toEqual([".trash"]);

  const small = await sampleProject(home, "image", { name: "small" });
  const made = await runCowork(["init", "a", "--no-start"], { home, cwd: small });
  expect(made.code).toBe(0);
  expect((await runCowork(["clean", "a"], { home, cwd: small })).code).toBe(0);
});

it("clean removes the session when only the project's disk is full, and reports what it could not write", async () => {
  const cwd = await sampleProject(home, "image", { name: "tight" });
  const disk = join(home.folder, "project-disk");
  await mkdir(disk);
  await asRoot("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0777", "tmpfs", disk]);
  try {
    const tight = join(disk, "tight");
    await cp(cwd, tight, { recursive: true });
    expect((await runCowork(["init", "a", "--no-start"], { home, cwd: tight })).code).toBe(0);
    // Fills the disk to the last byte.
    await expect(writeFile(join(disk, "filler"), Buffer.alloc(8 * 1024 * 1024))).rejects.toThrow("ENOSPC");
    const cleaned = await runCowork(["clean", "a"], { home, cwd: tight });
    expect(cleaned.code, cleaned.stdout + cleaned.stderr).toBe(0);
    expect(cleaned.stderr).toContain("could not be removed from SESSIONS");
    const { stdout } = await runCowork(["list", "--json"], { home, cwd: tight });
    expect(JSON.parse(stdout)).toMatchObject({ sessions: [] });
  } finally {
    await asRoot("umount", [disk]);
  }
});

it("a run ends as failed with the reason when the disk is full, keeps what it recorded, and is continued once there is space", async () => {
  await using host = Object.assign(await runHost(), { [Symbol.asyncDispose]: async () => await host.end() });
  const { ctx } = host;
  const disk = ctx.paths.stateRoot;
  await mkdir(disk, { recursive: true });
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
  await asRoot("mount", ["-t", "tmpfs", "-o", `size=8m,mode=0755,${owner}`, "tmpfs", disk]);
  try {
    await host.init("a");
    const first = await host.run("a", "@@say hello; good fine@@");
    const go = join(host.shop.root, "go");
    const prompt = `@@say begun; while [ -d ${host.shop.root} ] && [ ! -e ${go} ]; do sleep 0.05; done; say more; good fine@@`;
    const created = await host.create("a", host.wanted(prompt));
    const supervised = host.supervise(created);
    await until(async () => (await host.file(created, "output.jsonl").catch(() => "")).includes("begun"));
    await expect(writeFile(join(disk, "filler"), Buffer.alloc(16 * 1024 * 1024))).rejects.toThrow("ENOSPC");
    await writeFile(go, "");
    const run = await supervised;
    expect(run).toMatchObject({ state: "failed", detail: "no space is left on the disk of the host" });

    // With the disk still full.
    const sessions = createLocalHost(ctx, noClient);
    expect(await sessions.list(host.select("a"))).toMatchObject([{ name: "a" }]);
    expect(await sessions.runs(host.select("a"), {})).toMatchObject([
      { n: 2, state: "failed", detail: "no space is left on the disk of the host" },
      { n: 1, state: "completed", result: "fine" },
    ]);
    expect(await host.file(first, "report.md")).toBe("fine\n");
    for (const [one, text] of [
      [first, "hello"],
      [run, "begun"],
    ] as const) {
      const lines = (await host.file(one, "output.jsonl")).trimEnd().split("\n");
      expect(lines.map((line) => typeof JSON.parse(line)).filter((type) => type !== "object")).toEqual([]);
      expect(lines.join("\n")).toContain(text);
    }
    const ends = readHistoryLines(ctx, run.sessionId).filter(({ type }) => type === "run.ended");
    expect(ends.map(({ data }) => data["state"])).toEqual(["completed", "failed"]);

    await rm(join(disk, "filler"));
    const next = await host.run("a", "@@say again; good fine@@", { resume: "last" });
    expect(next).toMatchObject({ state: "completed", resumes: 2, conversation: run.conversation });
    expect(await readdir(ctx.paths.run(next.sessionId, next.n))).not.toContain("reserve");
  } finally {
    await asRoot("umount", ["-l", disk]);
  }
});
