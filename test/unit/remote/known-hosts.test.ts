import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addKnownHost, readKnownHosts } from "../../../src/remote/ssh/known-hosts-files.ts";
import { hostKeyAlgorithms } from "../../../src/remote/ssh/host-key.ts";
import {
  fingerprint,
  judgeKey,
  keyTypeName,
  keyTypeOf,
  knownKeyTypes,
  knownLine,
  knownName,
  namesHost,
  parseKnownHosts,
} from "../../../src/remote/ssh/known-hosts.ts";

// A made-up key in the format of a real one.
function blob(type: string, seed: string): Buffer {
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([part(Buffer.from(type)), part(Buffer.from(seed.padEnd(32, "x")))]);
}
const a = blob("ssh-ed25519", "a");
const b = blob("ssh-ed25519", "b");
const rsa = blob("ssh-rsa", "r");
const line = (hosts: string, key: Buffer): string => `${hosts} ${keyTypeOf(key)} ${key.toString("base64")}`;
const judge = (text: string, key: Buffer, name = "m.example"): unknown =>
  judgeKey(parseKnownHosts(text, "f"), name, key, (type) => type !== "ssh-dss");

function hashed(name: string): string {
  const salt = Buffer.from("01234567890123456789");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

describe("names", () => {
  test.each([
    ["m.example", "m.example", true],
    ["M.Example", "m.example", true],
    ["x,m.example,y", "m.example", true],
    ["*.example", "m.example", true],
    ["?.example", "m.example", true],
    ["?.example", "mm.example", false],
    ["*.example,!m.example", "m.example", false],
    ["!m.example,*", "m.example", false],
    ["!m.example", "other", false],
    ["m.example", "mxexample", false],
    ["mXexample", "m.example", false],
    ["[m.example]:2222", "[m.example]:2222", true],
    ["[m.example]:2222", "m.example", false],
    ["m.example", "[m.example]:2222", false],
    ["[*]:2222", "[m.example]:2222", true],
    [hashed("m.example"), "m.example", true],
    [hashed("[m.example]:2222"), "[m.example]:2222", true],
    [hashed("m.example"), "n.example", false],
    ["|1|broken", "m.example", false],
    ["|1||", "m.example", false],
  ])("%s matches %s: %s", (hosts, name, yes) => {
    expect(namesHost(hosts, name)).toBe(yes);
  });

  test.each([
    [{ hostname: "M.example", port: 22, hostKeyAlias: undefined }, "m.example"],
    [{ hostname: "m", port: 2222, hostKeyAlias: undefined }, "[m]:2222"],
    [{ hostname: "::1", port: 22, hostKeyAlias: undefined }, "::1"],
    [{ hostname: "m", port: 2222, hostKeyAlias: "other" }, "other"],
  ])("%j is stored as %s", (host, name) => {
    expect(knownName(host)).toBe(name);
  });
});

describe("a key", () => {
  test.each([
    ["known", line("m.example", a), a],
    ["known among several", `${line("m.example", rsa)}\n${line("m.example", a)}`, rsa],
    ["known as one of two of the same type", `${line("m.example", b)}\n${line("*", a)}`, a],
    ["known by a hashed name", line(hashed("m.example"), a), a],
    ["known, with a comment behind it, and Windows' line ends", `${line("m.example", a)} comment\r\n`, a],
  ])("%s", (_, text, key) => {
    expect(judge(text, key)).toEqual({ kind: "known" });
  });

  test.each([
    ["an empty file", ""],
    ["another host", line("n.example", a)],
    [
      "comments and broken lines",
      `# ${line("m.example", a)}\nm.example\nm.example ssh-ed25519\n\n@bogus ${line("m.example", a)}`,
    ],
    ["a certificate authority", `@cert-authority ${line("*", a)}`],
    ["a key of an unsupported type", "m.example ssh-dss AAAA"],
    ["another key that was revoked", `@revoked ${line("*", b)}`],
  ])("is unknown with %s", (_, text) => {
    expect(judge(text, a)).toEqual({ kind: "unknown" });
  });

  test("changed: another key of its type, or only types that were requested first", () => {
    expect(judge(`# x\n${line("m.example", b)}`, a)).toMatchObject({ kind: "changed", line: { file: "f", line: 2 } });
    expect(judge(line("m.example", rsa), a)).toMatchObject({ kind: "changed", line: { line: 1 } });
  });

  test("revoked, even if it is also known", () => {
    const text = `${line("m.example", a)}\n@revoked ${line("*", a)}`;
    expect(judge(text, a)).toMatchObject({ kind: "revoked", line: { line: 2 } });
    expect(judge(`@revoked ${line("n.example", a)}\n${line("m.example", a)}`, a)).toEqual({ kind: "known" });
  });

  test("has the name that ssh-keygen prints", () => {
    // ssh-keygen -lf of this very key
    const text = "AAAAC3NzaC1lZDI1NTE5AAAAINGFLG2iL6ipumdhDeNsZwqmD3MNpRHs+UsfDnl9iDg/";
    expect(fingerprint(Buffer.from(text, "base64"))).toBe("SHA256:iGe1nt0q83FyNx3GQB6Fyvfvl2dT1XDLlUXFdvA0E6A");
    expect(["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "\u001b[2J"].map(keyTypeName)).toEqual([
      "ED25519",
      "RSA",
      "ECDSA",
      "unknown",
    ]);
    expect(keyTypeOf(Buffer.from([0, 0]))).toBe("");
  });

  test("known key types are requested first", () => {
    const lines = parseKnownHosts(`${line("m", rsa)}\n@revoked ${line("m", a)}\n${line("n", a)}`, "f");
    expect(knownKeyTypes(lines, "m")).toEqual(["ssh-rsa"]);
    expect(hostKeyAlgorithms(["ssh-rsa"]).slice(0, 3)).toEqual(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
    expect(hostKeyAlgorithms(["sk-ssh-ed25519@openssh.com"])[0]).toBe("ssh-ed25519");
    // signatures with SHA-1 are not accepted
    expect(hostKeyAlgorithms(["ssh-rsa", "ssh-dss"])).not.toContain("ssh-rsa");
  });
});

describe("the file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cowork-known-"));
  });
  afterEach(async () => await rm(folder, { recursive: true }));

  test("is created private, and lines are appended", async () => {
    const file = join(folder, "new", "known_hosts");
    expect(await readKnownHosts([file])).toEqual([]);
    await addKnownHost(file, knownLine("m", a, { hashed: false }));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "new"))).mode & 0o777).toBe(0o700);
    await addKnownHost(file, knownLine("[m]:22022", b, { hashed: true }));
    const lines = await readKnownHosts([file]);
    expect(lines.map(({ line: number, hosts }) => [number, hosts.slice(0, 3)])).toEqual([
      [1, "m"],
      [2, "|1|"],
    ]);
    expect(judgeKey(lines, "[m]:22022", b, () => true)).toEqual({ kind: "known" });
  });

  test("without a final newline keeps its last line, and a link is kept", async () => {
    const [real, link] = [join(folder, "real"), join(folder, "link")];
    await writeFile(real, "last", { mode: 0o644 });
    await symlink(real, link);
    await addKnownHost(link, "new\n");
    expect(await readFile(real, "utf8")).toBe("last\nnew\n");
    expect((await stat(real)).mode & 0o777).toBe(0o644);
  });
});
