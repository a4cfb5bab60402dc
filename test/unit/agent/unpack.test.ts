import { lstat, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { beforeEach, expect, test } from "vitest";
import { unpackMember, unpackMembers } from "../../../src/agent/npm/unpack.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  target = await mkdtemp(join(folder, "target-"));
});

async function tarball(entries: readonly (Partial<Header> & { name: string; content?: string })[]): Promise<string> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? "");
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  const path = join(folder, "package.tgz");
  await writeFile(path, gzipSync(Buffer.concat(chunks)));
  return path;
}

async function found(): Promise<Record<string, string>> {
  const names = await readdir(target, { recursive: true, withFileTypes: true });
  const entries = names.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const what = entry.isFile() ? await readFile(path, "utf8") : entry.isDirectory() ? "folder" : "other";
    return [path.slice(target.length + 1), `${(mode & 0o777).toString(8)} ${what}`];
  });
  return Object.fromEntries(await Promise.all(entries));
}

const sample = [
  { name: "package/package.json", content: "{}" },
  { name: "package/vendor/bin/program", mode: 0o700, content: "program" },
  { name: "package/vendor/bin/deep/helper", mode: 0o755, content: "helper" },
  { name: "package/vendor/binary", content: "another" },
  { name: "package/vendor/help.txt", mode: 0o600, content: "help" },
] as const;

test("files and folders are unpacked in their places, readable for every user, and nothing else", async () => {
  const before = process.umask(0o077);
  try {
    await unpackMembers(await tarball(sample), ["vendor/bin", "vendor/help.txt"], target);
  } finally {
    process.umask(before);
  }
  expect(await found()).toEqual({
    vendor: "755 folder",
    "vendor/bin": "755 folder",
    "vendor/bin/program": "755 program",
    "vendor/bin/deep": "755 folder",
    "vendor/bin/deep/helper": "755 helper",
    "vendor/help.txt": "644 help",
  });
});

test("links, devices and folders of the package are not made: nothing leads out of the installation", async () => {
  const path = await tarball([
    { name: "package/keep/out", type: "symlink", linkname: "/etc" },
    { name: "package/keep/out/passwd", content: "through the link" },
    { name: "package/keep/hard", type: "link", linkname: "/etc/passwd" },
    { name: "package/keep/pipe", type: "fifo" },
    { name: "package/keep/device", type: "character-device", devmajor: 1, devminor: 3 },
    { name: "package/keep/empty", type: "directory", mode: 0o777 },
    { name: "package/keep/file", content: "fine" },
  ]);
  await unpackMembers(path, ["keep"], target);
  expect(await found()).toEqual({
    keep: "755 folder",
    "keep/file": "644 fine",
    "keep/out": "755 folder",
    "keep/out/passwd": "644 through the link",
  });
});

test.each(["package/keep/../../out", "package/keep//out", "package/keep/./out"])(
  "the path %s is refused",
  async (name) => {
    const path = await tarball([
      { name: "package/keep/file", content: "x" },
      { name, content: "out" },
    ]);
    await expect(unpackMembers(path, ["keep"], target)).rejects.toMatchObject({
      code: "AGENT_UNAVAILABLE",
      message: expect.stringContaining("contains the path"),
    });
    expect(await readdir(folder)).not.toContain("out");
  },
);

test("of two entries with one name the first counts", async () => {
  const path = await tarball([
    { name: "package/keep", content: "first" },
    { name: "other/keep", content: "second" },
  ]);
  await unpackMembers(path, ["keep"], target);
  expect(await found()).toEqual({ keep: "644 first" });
});

test.each([
  ["too many files", { files: 4, bytes: 1000 }],
  ["too many bytes", { files: 100, bytes: 12 }],
])("a package that contains %s is refused", async (_, limits) => {
  await expect(unpackMembers(await tarball(sample), ["vendor/bin"], target, limits)).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message: expect.stringContaining("more than cowork unpacks"),
  });
});

test("what the package does not contain is named", async () => {
  const path = await tarball(sample);
  const missing = { code: "AGENT_UNAVAILABLE", message: expect.stringContaining("vendor/none") };
  await expect(unpackMembers(path, ["vendor/bin", "vendor/none"], target)).rejects.toMatchObject(missing);
  await expect(unpackMember(path, "vendor/none", join(target, "one"))).rejects.toMatchObject(missing);
});

test("half a package is an error", async () => {
  const path = await tarball(sample);
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, whole.length >> 1));
  await expect(unpackMembers(path, ["vendor/bin"], target)).rejects.toThrow(/unexpected end of file/);
});
