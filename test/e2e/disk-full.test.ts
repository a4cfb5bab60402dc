import { cp, mkdir, readdir, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asRoot } from "../support/home/as-root.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

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
