import { lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addInclude } from "../../../../src/remote/ssh-proxy/include-line.ts";
import { writeSshConfig } from "../../../../src/remote/ssh-proxy/write-config.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { hostUser } from "../../../../src/system/user.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const file = "/h/.cowork/ssh/config";
const line = `Include ${file}`;

test.each([
  ["nothing", "", `${line}\n`],
  ["no newline at its end", "Host x\n  User y", `${line}\nHost x\n  User y`],
  ["CRLF", "Host x\r\n  User y\r\n", `${line}\r\nHost x\r\n  User y\r\n`],
  ["bytes that are no UTF-8", "# \xff\xfe\n", `${line}\n# \xff\xfe\n`],
  ["the line in a block of its own", `Host x\n  ${line}\n`, `${line}\nHost x\n  ${line}\n`],
])("the line is added at the top, the rest is kept: %s", (_what, before, after) => {
  expect(addInclude(before, file)).toBe(after);
  expect(addInclude(after, file)).toBeUndefined();
});

test("a line that the user moved further down, before any block, stays there", () => {
  expect(addInclude(`# mine\nAddKeysToAgent yes\n  ${line}  \nHost x\n`, file)).toBeUndefined();
});

test("paths are not patterns, and nothing in them is expanded", () => {
  expect(addInclude("", '/a b/[x]*/50%/${H}/"q"')).toBe('Include "/a b/\\\\[x\\\\]\\\\*/50?/?{H}/\\"q\\""\n');
});

async function place(): Promise<{ ssh: string; own: string; write: () => ReturnType<typeof writeSshConfig> }> {
  const home = await temporaryFolder();
  const paths = coworkPaths(join(home, ".cowork"));
  const user = hostUser({ uid: process.getuid!(), gid: process.getgid!(), username: "person", homedir: home });
  const ctx = { paths, user, clock: systemClock, signal: new AbortController().signal };
  const entry = { host: "local", project: "app", name: "a", id: "app-a" };
  const how = { cowork: ["cowork"], knownHosts: "/known" };
  const write = (): ReturnType<typeof writeSshConfig> =>
    writeSshConfig(ctx, [{ scope: { host: "local" }, entries: [entry] }], how);
  return { ssh: join(home, ".ssh"), own: join(paths.ssh, "config"), write };
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("a missing configuration is created private; a second run changes nothing", async () => {
  const { ssh, own, write } = await place();
  const config = join(ssh, "config");
  expect(await write()).toEqual({ file: own, include: { file: config, added: true } });
  expect([await modeOf(ssh), await modeOf(config), await modeOf(own)]).toEqual([0o700, 0o600, 0o600]);
  expect(await readFile(config, "utf8")).toBe(`Include ${own}\n`);
  const before = [await stat(config), await stat(own)].map(({ ino }) => ino);
  expect((await write()).include.added).toBe(false);
  expect([await stat(config), await stat(own)].map(({ ino }) => ino)).toEqual(before);
});

test("a link is followed, even a broken one; the mode is kept", async () => {
  const { ssh, own, write } = await place();
  const [config, dotfiles] = [join(ssh, "config"), join(ssh, "..", "dotfiles")];
  await mkdir(ssh);
  await mkdir(dotfiles);
  await symlink("../dotfiles/ssh", config);
  await write();
  expect(await readFile(join(dotfiles, "ssh"), "utf8")).toBe(`Include ${own}\n`);
  await writeFile(join(dotfiles, "ssh"), "Host x\n", { mode: 0o640 });
  await (await import("node:fs/promises")).chmod(join(dotfiles, "ssh"), 0o640);
  await write();
  expect((await lstat(config)).isSymbolicLink()).toBe(true);
  expect(await readFile(config, "utf8")).toBe(`Include ${own}\nHost x\n`);
  expect(await modeOf(config)).toBe(0o640);
});

test("circular links and folders are refused with a message", async () => {
  const { ssh, write } = await place();
  await mkdir(ssh);
  await symlink("config", join(ssh, "config"));
  await expect(write()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  const other = await place();
  await mkdir(join(other.ssh, "config"), { recursive: true });
  await expect(other.write()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
});

test("concurrent calls create one key and its known_hosts line", async () => {
  const { hostKey } = await import("../../../../src/remote/ssh-proxy/host-key.ts");
  const paths = coworkPaths(join(await temporaryFolder(), ".cowork"));
  const ctx = { paths, clock: systemClock, signal: new AbortController().signal };
  const keys = await Promise.all(Array.from({ length: 5 }, () => hostKey(ctx)));
  expect(new Set(keys.map(({ privateKey }) => privateKey)).size).toBe(1);
  expect(await modeOf(join(paths.ssh, "host_key"))).toBe(0o600);
  expect(await readFile(keys[0]!.knownHosts, "utf8")).toMatch(/^cowork ssh-ed25519 [A-Za-z0-9+/=]+\n$/);
});
