import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ensureFolder,
  pathExists,
  readRegularFile,
  readTextFile,
  writeFileAtomic,
} from "../../../../src/system/files/files.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const limit = { maxBytes: 100 };
const root = process.getuid?.() === 0;

/** Runs `work` without root's rights, because root ignores permissions. */
async function asUnprivilegedUser<T>(work: () => Promise<T>): Promise<T> {
  if (!root) return await work();
  process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

describe("readRegularFile", () => {
  test("returns the content of a regular file, and undefined for a missing one", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a"), "hällo");
    expect(await readTextFile(join(folder, "a"), limit)).toBe("hällo");
    expect(await readRegularFile(join(folder, "b"), limit)).toBeUndefined();
    expect(await readRegularFile(join(folder, "a", "b"), limit)).toBeUndefined();
    expect(await readRegularFile(join(folder, "x".repeat(300)), limit)).toBeUndefined();
  });

  test("returns undefined for a link, a folder, a pipe or the like, and does not hang", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "secret"), "secret");
    await symlink(join(folder, "secret"), join(folder, "link"));
    await mkdir(join(folder, "folder"));
    execFileSync("sh", ["-c", `mkfifo "$1"`, "sh", join(folder, "pipe")]);
    const read = ["link", "folder", "pipe"].map(async (name) => await readRegularFile(join(folder, name), limit));
    expect(await Promise.all(read)).toEqual([undefined, undefined, undefined]);
  });

  test("refuses a file larger than the limit, to the byte", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a"), "x".repeat(100));
    expect(await readTextFile(join(folder, "a"), limit)).toHaveLength(100);
    await writeFile(join(folder, "a"), "x".repeat(101));
    await expect(readRegularFile(join(folder, "a"), limit)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
    await expect(readRegularFile("/dev/zero", limit)).resolves.toBeUndefined();
  });

  test("follows a linked parent folder only outside of the root", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "real", "sub"), { recursive: true });
    await writeFile(join(folder, "real", "sub", "a"), "text");
    await symlink(join(folder, "real"), join(folder, "linked"));
    const path = join(folder, "linked", "sub", "a");
    expect(await readTextFile(path, limit)).toBe("text");
    expect(await readTextFile(path, { ...limit, root: folder })).toBeUndefined();
    expect(await readTextFile(path, { ...limit, root: join(folder, "linked") })).toBe("text");
    expect(await readTextFile(join(folder, "real", "sub", "a"), { ...limit, root: folder })).toBe("text");
  });

  test.each([1_000, 100_000_000])(
    "names the file in its errors, also below a root (up to %i bytes)",
    async (maxBytes) => {
      const folder = await temporaryFolder();
      await chmod(folder, 0o755);
      await mkdir(join(folder, "closed"));
      for (const path of [join(folder, "file"), join(folder, "closed", "file")]) await writeFile(path, "text");
      await chmod(join(folder, "closed"), 0o000);
      await chmod(join(folder, "file"), 0o000);
      for (const path of [join(folder, "file"), join(folder, "closed", "file")]) {
        const reading = asUnprivilegedUser(async () => await readTextFile(path, { maxBytes, root: folder }));
        await expect(reading).rejects.toMatchObject({
          code: "PERMISSION_DENIED",
          message: expect.stringContaining(folder),
        });
      }
      // so that its creator can remove it
      await chmod(join(folder, "closed"), 0o700);
    },
  );

  test("reads large files, and refuses one larger than the limit", async () => {
    const path = join(await temporaryFolder(), "large");
    await writeFile(path, "x".repeat(3_000_000));
    expect(await readTextFile(path, { maxBytes: 3_000_000 })).toHaveLength(3_000_000);
    for (const maxBytes of [2_999_999, 1_000])
      await expect(readTextFile(path, { maxBytes })).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });

  test("refuses a path outside of the root", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a"), "text");
    const outside = readTextFile(join(folder, "in", "..", "a"), { ...limit, root: join(folder, "in") });
    await expect(outside).rejects.toMatchObject({ code: "INTERNAL" });
  });
});

describe("writeFileAtomic", () => {
  test("writes a new private file, and replaces an old one with the given mode", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "a");
    await writeFileAtomic(path, "one");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFileAtomic(path, new Uint8Array([50]), { mode: 0o664 });
    expect(await readFile(path, "utf8")).toBe("2");
    expect((await stat(path)).mode & 0o777).toBe(0o664);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("replaces a link instead of writing through it", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "precious"), "precious");
    await symlink(join(folder, "precious"), join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new", { mode: 0o644 });
    expect(await readFile(join(folder, "precious"), "utf8")).toBe("precious");
    expect((await lstat(join(folder, "link"))).isFile()).toBe(true);
  });

  test("follows no linked folder below the root", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "outside"));
    await mkdir(join(folder, "mount"));
    await symlink(join(folder, "outside"), join(folder, "mount", "sub"));
    const write = writeFileAtomic(join(folder, "mount", "sub", "a"), "x", { root: join(folder, "mount") });
    await expect(write).rejects.toThrow(/ENOTDIR|ELOOP/);
    expect(await readdir(join(folder, "outside"))).toEqual([]);
  });

  test("keeps the old file and leaves nothing behind if it fails", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "taken", "by-a-folder"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(/taken/);
    expect(await readdir(folder)).toEqual(["taken"]);
    await expect(writeFileAtomic(join(folder, "no", "such"), "x")).rejects.toThrow(/such/);
  });

  test("concurrent writers leave one complete file", async () => {
    const folder = await temporaryFolder();
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(join(folder, "a"), text)));
    expect(texts).toContain(await readFile(join(folder, "a"), "utf8"));
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("sets the given owner", async () => {
    const folder = await temporaryFolder();
    const owner = root ? { uid: 4321, gid: 1234 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await writeFileAtomic(join(folder, "a"), "x", { ...owner, mode: 0o640 });
    expect(await stat(join(folder, "a"))).toMatchObject(owner);
  });
});

describe("ensureFolder", () => {
  test("creates missing folders, private, independent of the umask, and accepts existing ones", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "a", "b", "c");
    await ensureFolder(path, { mode: 0o777 });
    await ensureFolder(path);
    const modes = ["a", "a/b", "a/b/c"].map(async (part) => (await stat(join(folder, part))).mode & 0o777);
    expect(await Promise.all(modes)).toEqual([0o777, 0o777, 0o777]);
    await ensureFolder(join(folder, "private"));
    expect((await stat(join(folder, "private"))).mode & 0o777).toBe(0o700);
  });

  test("corrects the mode of the last folder, never of its parents", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "a", "b"), { recursive: true });
    await chmod(join(folder, "a"), 0o755);
    await chmod(join(folder, "a", "b"), 0o755);
    await ensureFolder(join(folder, "a", "b"), { mode: 0o700 });
    expect((await stat(join(folder, "a", "b"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o755);
  });

  test("reports what is in the way", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    for (const path of [join(folder, "file"), join(folder, "file", "sub")]) {
      await expect(ensureFolder(path)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    }
  });

  test("accepts a link to a folder, but not below a root", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "disk"));
    await symlink(join(folder, "disk"), join(folder, "home"));
    await ensureFolder(join(folder, "home"));
    await ensureFolder(join(folder, "home", "state"));
    expect(await readdir(join(folder, "disk"))).toEqual(["state"]);
    const inside = { root: folder, mode: 0o700 };
    await expect(ensureFolder(join(folder, "home"), inside)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(ensureFolder(join(folder, "home", "more"), inside)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(await readdir(join(folder, "disk"))).toEqual(["state"]);
  });

  test("fails if nothing can be created", async () => {
    await expect(ensureFolder("/proc/no/such")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test("concurrent calls create one folder", async () => {
    const folder = await temporaryFolder();
    await Promise.all(Array.from({ length: 20 }, async () => await ensureFolder(join(folder, "a", "b", "c"))));
    expect(await readdir(join(folder, "a", "b"))).toEqual(["c"]);
  });
});

test("pathExists counts broken links", async () => {
  const folder = await temporaryFolder();
  await symlink("nowhere", join(folder, "link"));
  expect(await pathExists(join(folder, "link"))).toBe(true);
  expect(await readlink(join(folder, "link"))).toBe("nowhere");
  await rm(join(folder, "link"));
  expect(await pathExists(join(folder, "link"))).toBe(false);
});
