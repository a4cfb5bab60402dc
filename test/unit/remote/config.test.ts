import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { readConfigFiles } from "../../../src/remote/ssh/config-file.ts";
import { hostOptions, parseSshG, type HostOptions } from "../../../src/remote/ssh/options.ts";
import { parseDestination, parseJump, typedOf } from "../../../src/remote/ssh/target.ts";

const place = { user: undefined, host: "box", port: undefined };
const local = {
  home: "/home/me",
  localUser: "me",
  localHost: "here.example",
  uid: 1000,
  env: { SOCK: "/run/x", SSH_AUTH_SOCK: "/run/a" },
};

const read = (text: string): HostOptions => hostOptions(parseSshG(text), place, local);

describe("the output of ssh -G", () => {
  test("for a host without configuration", () => {
    expect(
      read("hostname box\nport 22\nuser me\nconnecttimeout none\nserveraliveinterval 0\nproxyjump none\n"),
    ).toEqual({
      forwardAgent: false,
      alias: "box",
      typed: "box",
      hostname: "box",
      port: 22,
      user: "me",
      family: 0,
      identityFiles: ["id_rsa", "id_ecdsa", "id_ed25519"].map((name) => `/home/me/.ssh/${name}`),
      identitiesOnly: false,
      agent: "/run/a",
      hostKeyAlias: undefined,
      userKnownHosts: ["/home/me/.ssh/known_hosts", "/home/me/.ssh/known_hosts2"],
      globalKnownHosts: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
      revokedHostKeys: undefined,
      strictHostKeys: "ask",
      hashKnownHosts: false,
      proxyJump: [],
      proxyCommand: undefined,
      connectTimeoutMs: 15_000,
      aliveIntervalMs: 15_000,
      aliveCountMax: 3,
      batchMode: false,
      passwordPrompts: 3,
      methods: { publickey: true, "keyboard-interactive": true, password: true },
    });
  });

  test("for a host with all options", () => {
    const text = [
      "hostname real.example",
      "port 2222",
      "user you",
      "identityfile ~/.ssh/a b",
      "identityfile /keys/%r@%h-%p-%u-%n",
      "identityfile ${SOCK}/key",
      "identityfile none",
      "identitiesonly yes",
      "identityagent $SOCK",
      "hostkeyalias other",
      "userknownhostsfile ~/with space/k /tmp/%k none",
      "globalknownhostsfile /etc/g",
      "stricthostkeychecking accept-new",
      "hashknownhosts yes",
      "proxyjump a@b:22,ssh://c,%n-gate",
      "proxycommand nc -x %% %h %p %r",
      "connecttimeout 1m30s",
      "serveraliveinterval 5",
      "serveralivecountmax 7",
      "addressfamily inet6",
      "batchmode yes",
      "passwordauthentication no",
      "pubkeyauthentication true",
      "revokedhostkeys ~/revoked",
    ].join("\n");
    expect(read(text)).toMatchObject({
      hostname: "real.example",
      port: 2222,
      user: "you",
      family: 6,
      identityFiles: ["/home/me/.ssh/a b", "/keys/you@real.example-2222-me-box", "/run/x/key"],
      identitiesOnly: true,
      agent: "/run/x",
      hostKeyAlias: "other",
      userKnownHosts: ["/home/me/with space/k", "/tmp/other"],
      globalKnownHosts: ["/etc/g"],
      revokedHostKeys: "/home/me/revoked",
      strictHostKeys: "accept-new",
      hashKnownHosts: true,
      proxyJump: ["a@b:22", "ssh://c", "box-gate"],
      proxyCommand: "nc -x % real.example 2222 you",
      connectTimeoutMs: 90_000,
      aliveIntervalMs: 5_000,
      aliveCountMax: 7,
      batchMode: true,
      methods: { publickey: true, "keyboard-interactive": true, password: false },
    });
  });

  test.each([
    ["true", "yes"],
    ["yes", "yes"],
    ["false", "accept-new"],
    ["no", "accept-new"],
    ["off", "accept-new"],
    ["accept-new", "accept-new"],
    ["ask", "ask"],
    ["what is this", "ask"],
  ])("stricthostkeychecking %s means %s", (value, meaning) => {
    expect(read(`stricthostkeychecking ${value}`).strictHostKeys).toBe(meaning);
  });

  test.each([
    ["none", undefined],
    ["SSH_AUTH_SOCK", "/run/a"],
    ["$SOCK", "/run/x"],
    ["$MISSING", undefined],
    ["~/agent", "/home/me/agent"],
  ])("identityagent %s is %s", (value, socket) => {
    expect(read(`identityagent ${value}`).agent).toBe(socket);
  });
});

describe("without OpenSSH", () => {
  let home: string;
  const log: string[] = [];
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "cowork-config-"));
  });
  afterEach(async () => await rm(home, { recursive: true }));

  async function options(files: Record<string, string>, host = "box", user?: string): Promise<HostOptions> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(home, name)), { recursive: true });
      await writeFile(join(home, name), text);
    }
    const where = { home, localUser: "me", system: join(home, "etc"), log: (line: string) => void log.push(line) };
    const there = { host, user, port: undefined };
    return hostOptions(await readConfigFiles(there, where), there, { ...local, home });
  }

  test("the first value wins, the user's file before the system's, and identity files are collected", async () => {
    const got = await options({
      ".ssh/config":
        'Host other\n Port 1\nHost b?x !c*\n  HostName=%h.example\n  IdentityFile "~/.ssh/my key"\nHost *\n Port 2\n IdentityFile ~/.ssh/k2\n# Port 5\n',
      "etc/ssh_config": 'Host box\n Port 3\n User system\n UserKnownHostsFile ~/a "~/b c"\n',
    });
    expect(got).toMatchObject({
      hostname: "box.example",
      port: 2,
      user: "system",
      identityFiles: [join(home, ".ssh/my key"), join(home, ".ssh/k2")],
      userKnownHosts: [join(home, "a"), join(home, "b c")],
    });
  });

  test("Include: relative, in the home folder, by pattern, inside a Host only for that host, and its hosts end with it", async () => {
    const files = {
      ".ssh/config":
        "Include conf.d/*.conf ~/more\nHost box\n Include inner\n User fromconfig\nHost away\n Include never\n",
      ".ssh/conf.d/1.conf": "Host nothing\n Port 1\n",
      ".ssh/conf.d/2.conf": "Host box\n Port 7\n",
      ".ssh/conf.d/2.other": "Port 9\n",
      more: "ConnectTimeout 3\n",
      ".ssh/inner": "Host other\n User wrong\nHost box\n HashKnownHosts yes\n",
      ".ssh/never": "BatchMode yes\n",
    };
    expect(await options(files)).toMatchObject({
      port: 7,
      connectTimeoutMs: 3000,
      hashKnownHosts: true,
      user: "fromconfig",
      batchMode: false,
    });
  });

  test("a file that includes itself terminates, and a broken one is left out", async () => {
    expect(await options({ ".ssh/config": "Include config\nPort 4\n" })).toMatchObject({ port: 4 });
    expect(
      await options({ ".ssh/config": 'IdentityFile "open\nPort 4\n', "etc/ssh_config": "Port 6\n" }),
    ).toMatchObject({ port: 6 });
    expect(log.join("\n")).toContain("config");
  });

  test("Match runs no program and supports names", async () => {
    const file = join(home, "was-run");
    const text = [
      `Match exec "touch ${file}"`,
      " Port 1",
      "Match host x,box user you",
      " Port 2",
      "Match !originalhost box",
      " Port 3",
      "Match originalhost b* localuser me",
      " Port 4",
      "Match all",
      " User last",
    ].join("\n");
    expect(await options({ ".ssh/config": text })).toMatchObject({ port: 4, user: "last" });
    expect(await options({ ".ssh/config": text }, "box", "you")).toMatchObject({ port: 2, user: "you" });
    await expect(rm(file)).rejects.toThrow("ENOENT");
  });

  test("a command keeps its quotes", async () => {
    const got = await options({ ".ssh/config": 'ProxyCommand nc -x "a b" %h %p\n' });
    expect(got.proxyCommand).toBe('nc -x "a b" box 22');
  });
});

describe("a destination", () => {
  test.each([
    ["box", { user: undefined, host: "box", port: undefined }, "box"],
    ["me@box", { user: "me", host: "box", port: undefined }, "me@box"],
    ["me@corp@box", { user: "me@corp", host: "box", port: undefined }, "me@corp@box"],
    [String.raw`corp\me@box`, { user: String.raw`corp\me`, host: "box", port: undefined }, String.raw`corp\me@box`],
    ["ssh://box", { user: undefined, host: "box", port: undefined }, "box"],
    ["ssh://me@box:2222/", { user: "me", host: "box", port: 2222 }, "-p 2222 me@box"],
    ["ssh://m%65@[::1]:22", { user: "me", host: "::1", port: 22 }, "-p 22 me@::1"],
    ["me@::1", { user: "me", host: "::1", port: undefined }, "me@::1"],
    ["box:22", { user: undefined, host: "box:22", port: undefined }, "box:22"],
  ])("%s", (text, parts, typed) => {
    expect(parseDestination(text)).toEqual(parts);
    expect(typedOf(parseDestination(text))).toBe(typed);
  });

  test("a jump host may have a port without ssh://", () => {
    expect(parseJump("me@box:2222")).toEqual({ user: "me", host: "box", port: 2222 });
    expect(parseJump("ssh://box")).toEqual({ user: undefined, host: "box", port: undefined });
    expect(parseJump("[::1]:2")).toEqual({ user: undefined, host: "::1", port: 2 });
  });

  test.each([
    "",
    "-v",
    "-oProxyCommand=id",
    "me@-v",
    "-v@box",
    "@box",
    "me@",
    "a b",
    "a\nb",
    "a\u0000",
    "a\u009bb",
    "$(id)",
    "`id`",
    "a;id",
    "me -x@box",
    "me\\@box",
    "a|id",
    "a&id",
    "a'b",
    "$USER@box",
    "ssh://box:0",
    "ssh://box:99999",
    "ssh://-v",
    "ssh://%2dv@box",
  ])("%j is invalid", (text) => {
    expect(() => parseDestination(text)).toThrow(CoworkError);
  });
});
