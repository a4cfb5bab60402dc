import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commitSource } from "../../../src/devcontainer/source/source-commit.ts";
import { followLinks } from "../../../src/devcontainer/source/source-links.ts";
import { folderSource } from "../../../src/devcontainer/source/source-folder.ts";
import type { ConfigSource } from "../../../src/devcontainer/types.ts";
import { createRun } from "../../../src/system/process/run.ts";

let base: string;
let root: string;
let sources: Record<"commit" | "folder", ConfigSource>;

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: root, encoding: "utf8" }).trim();

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "cowork-source-"));
  root = join(base, "project");
  await mkdir(join(root, ".devcontainer/sub"), { recursive: true });
  await mkdir(join(root, "a b"), { recursive: true });
  await mkdir(join(root, "a"), { recursive: true });
  await writeFile(join(root, ".devcontainer/devcontainer.json"), '{"image":"x"}');
  await writeFile(join(root, ".devcontainer/sub/run.sh"), "#!/bin/sh\n");
  await chmod(join(root, ".devcontainer/sub/run.sh"), 0o755);
  await writeFile(join(root, "a b/ü\n'{{.txt"), "odd");
  await writeFile(join(root, "a/file"), "a");
  await writeFile(
    Buffer.concat([Buffer.from(join(root, "a/")), Buffer.from([0x6e, 0xff])]),
    "a name that is not UTF-8",
  );
  await writeFile(join(root, "a.txt"), "sorts between a and a/");
  await writeFile(join(root, "big"), Buffer.alloc(5 * 1024 * 1024));
  await writeFile(join(base, "secret"), "host secret");
  await symlink("devcontainer.json", join(root, ".devcontainer/link.json"));
  await symlink("../../../secret", join(root, ".devcontainer/sub/out"));
  await symlink("/etc/passwd", join(root, ".devcontainer/absolute"));
  await symlink("../../a/file", join(root, ".devcontainer/sub/project-link"));
  await symlink(".devcontainer", join(root, "folder-link"));
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "x");
  const run = createRun({ env: process.env });
  const ctx = { run, env: { ...process.env, GIT_DIR: "/nowhere" }, signal: new AbortController().signal };
  sources = {
    commit: commitSource(ctx, join(root, ".git"), git("rev-parse", "HEAD")),
    folder: folderSource(root),
  };
});

afterAll(() => rm(base, { recursive: true, force: true }));

describe.each(["commit", "folder"] as const)("%s source", (kind) => {
  test("distinguishes files, folders and links, and follows no link", async () => {
    const source = sources[kind];
    expect(await source.stat("")).toBe("folder");
    expect(await source.stat(".devcontainer")).toBe("folder");
    expect(await source.stat(".devcontainer/devcontainer.json")).toBe("file");
    expect(await source.stat(".devcontainer/link.json")).toBe("link");
    expect(await source.stat("folder-link")).toBe("link");
    expect(await source.stat("folder-link/devcontainer.json")).toBeUndefined();
    expect(await source.stat("nothing/here")).toBeUndefined();
    expect(await source.stat("a/file/below")).toBeUndefined();
    expect(await source.stat(".git/config")).toBeUndefined();
    expect(await source.stat("../secret")).toBeUndefined();
  });

  test("follows links within the tree, never on disk", async () => {
    const source = followLinks(sources[kind]);
    expect(await source.stat(".devcontainer/link.json")).toBe("file");
    expect(await source.stat("folder-link")).toBe("folder");
    expect(await source.stat("folder-link/devcontainer.json")).toBe("file");
    expect(await source.stat("folder-link/nothing")).toBeUndefined();
    expect(await source.stat(".devcontainer/sub/project-link")).toBe("file");
    expect((await source.list("folder-link")).toSorted()).toEqual(await source.list(".devcontainer"));
    const text = async (path: string): Promise<string> => new TextDecoder().decode(await source.read(path));
    expect(await text("folder-link/link.json")).toBe('{"image":"x"}');
    expect(await text("folder-link/sub/project-link")).toBe("a");
    expect(await source.hash("folder-link/link.json")).toBe(await source.hash(".devcontainer/devcontainer.json"));
    for (const path of [".devcontainer/sub/out", ".devcontainer/absolute", "folder-link/absolute"]) {
      expect(await source.stat(path)).toBe("link");
      expect(await source.read(path)).toBeUndefined();
    }
    expect(await source.follow?.("folder-link/absolute")).toEqual({
      broken: ".devcontainer/absolute is a link to /etc/passwd, which is outside the repository",
    });
    const target = join(base, `followed-${kind}`);
    await source.exportTo("folder-link/link.json", target);
    await source.exportTo("folder-link/sub", join(target, "sub"));
    expect((await readdir(target)).toSorted()).toEqual(["link.json", "sub"]);
    expect((await lstat(join(target, "link.json"))).isFile()).toBe(true);
    expect(await readFile(join(target, "link.json"), "utf8")).toBe('{"image":"x"}');
    // The links of an exported folder stay links; those that leave it are left out.
    expect(await readdir(join(target, "sub"))).toEqual(["run.sh"]);
  });

  test("lists one level, with unchanged names", async () => {
    const source = sources[kind];
    expect((await source.list("")).toSorted()).toEqual([".devcontainer", "a", "a b", "a.txt", "big", "folder-link"]);
    expect((await source.list("a b")).toSorted()).toEqual(["ü\n'{{.txt"]);
    expect(await source.list("folder-link")).toEqual([]);
    expect(await source.list("nothing")).toEqual([]);
  });

  test("reads regular files only, up to 4 MiB", async () => {
    const source = sources[kind];
    expect(new TextDecoder().decode(await source.read(".devcontainer/devcontainer.json"))).toBe('{"image":"x"}');
    expect(await source.read(".devcontainer/link.json")).toBeUndefined();
    expect(await source.read("folder-link/devcontainer.json")).toBeUndefined();
    expect(await source.read(".devcontainer")).toBeUndefined();
    expect(await source.read("../secret")).toBeUndefined();
    await expect(source.read("big")).rejects.toMatchObject({ code: "DEVCONTAINER_INVALID" });
  });

  test("exports a folder with modes and inner links, leaving out links that leave it", async () => {
    const target = join(base, `${kind}-config`);
    await sources[kind].exportTo(".devcontainer", target);
    expect((await readdir(target)).toSorted()).toEqual(["devcontainer.json", "link.json", "sub"]);
    expect(await readlink(join(target, "link.json"))).toBe("devcontainer.json");
    expect(await readdir(join(target, "sub"))).toEqual(["run.sh"]);
    expect((await lstat(join(target, "sub/run.sh"))).mode & 0o100).toBe(0o100);
    expect((await lstat(join(target, "devcontainer.json"))).mode & 0o100).toBe(0);
  });

  test("keeps all links as links if only the engine reads them", async () => {
    const target = join(base, `${kind}-all`);
    await sources[kind].exportTo(".devcontainer", target, { links: "all" });
    expect(await readlink(join(target, "absolute"))).toBe("/etc/passwd");
    expect(await readlink(join(target, "sub/out"))).toBe("../../../secret");
  });

  test("exports the root without .git, links within the tree included", async () => {
    const target = join(base, `${kind}-root`);
    await mkdir(target);
    await sources[kind].exportTo("", target);
    expect((await readdir(target)).toSorted()).toEqual([".devcontainer", "a", "a b", "a.txt", "big", "folder-link"]);
    expect(await readlink(join(target, ".devcontainer/sub/project-link"))).toBe("../../a/file");
    expect(await readFile(join(target, "a b/ü\n'{{.txt"), "utf8")).toBe("odd");
    await expect(lstat(join(target, ".devcontainer/sub/out"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("exports one file into the folder", async () => {
    const target = join(base, `${kind}-file`);
    await sources[kind].exportTo("a/file", target);
    expect(await readFile(join(target, "file"), "utf8")).toBe("a");
  });

  test("reports what cannot be exported", async () => {
    await expect(sources[kind].exportTo("nothing", join(base, "x"))).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
    });
  });
});

describe("hashes", () => {
  test("an unchanged working tree has the hash of its commit", async () => {
    for (const path of ["", ".devcontainer", ".devcontainer/sub/run.sh", ".devcontainer/link.json", "a b", "nothing"]) {
      expect(await sources.folder.hash(path)).toBe(await sources.commit.hash(path));
    }
  });

  test("content, modes, names and links all change the hash", async () => {
    const seen = new Set([await sources.folder.hash("a")]);
    const note = async (): Promise<void> => void seen.add(await sources.folder.hash("a"));
    await writeFile(join(root, "a/file"), "b");
    await note();
    await chmod(join(root, "a/file"), 0o755);
    await note();
    await symlink("file", join(root, "a/link"));
    await note();
    await writeFile(join(root, "a/ignored"), "");
    await note();
    expect(seen.size).toBe(5);
  });
});
