import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

// The script that renews the login, with a program in place of Codex that renews it as Codex does.

let folder: string;
let renew: string;
let agent: string;
const source = join(import.meta.dirname, "../../../templates/agent/bin/codex-renew");
const now = Math.floor(Date.now() / 1000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cowork-renew-"));
  await mkdir(join(folder, "vault"));
  const text = (await readFile(source, "utf8")).replace("vault=/cowork/auth/codex", `vault=${folder}/vault`);
  renew = join(folder, "codex-renew");
  agent = join(folder, "codex");
  await writeFile(renew, text.replace("every=60 dead=20", "every=1 dead=2"), { mode: 0o755 });
  await writeFile(join(folder, "next.json"), login({ exp: now + 864_000, iat: now }));
  const script = [
    "#!/bin/sh",
    `echo "$*" >>${folder}/calls`,
    // It renews while its input is open, and writes through the link.
    "while read -r line; do case $line in",
    `*'"refreshToken":true'*) sleep 0.3; cp ${folder}/next.json "$CODEX_HOME/auth.json"; echo '{"id":2,"result":{}}' ;;`,
    "esac; done",
  ];
  await writeFile(agent, script.join("\n"), { mode: 0o755 });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function login(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  // As the program writes it: in lines, and with another token before this one.
  const access_token = `${part({ alg: "none" })}.${part({ ...claims, text: "ÿÿÿ?>~" })}.x`;
  return JSON.stringify({ tokens: { id_token: "a.b.c", access_token, refresh_token: "rt" } }, null, 2);
}
const put = (claims: object): Promise<void> => writeFile(join(folder, "vault", "auth.json"), login(claims));
const before = () => execa(renew, ["before", agent], { env: { CODEX_HOME: join(folder, "home") } });
const calls = async (): Promise<number> =>
  (await readFile(join(folder, "calls"), "utf8").catch(() => "")).split("\n").filter(Boolean).length;

test.each([
  ["long before its end", { exp: now + 3600, iat: now - 60 }, 0],
  ["in its last quarter of an hour", { exp: now + 600, iat: now - 60 }, 1],
  ["after its end", { exp: now - 600, iat: now - 4000 }, 1],
  ["that was made just now, however short", { exp: now + 600, iat: now }, 0],
  ["that tells no end, soon after it was written", {}, 0],
])("a token %s", async (_when, claims, expected) => {
  await put(claims);
  expect((await before()).all).toBeUndefined();
  expect(await calls()).toBe(expected);
});

test("a token that tells no end is renewed after an hour", async () => {
  await put({});
  const old = new Date(Date.now() - 3700_000);
  await utimes(join(folder, "vault", "auth.json"), old, old);
  await before();
  expect(await calls()).toBe(1);
});

test("without a login nothing is called", async () => {
  await before();
  await writeFile(join(folder, "vault", "auth.json"), JSON.stringify({ OPENAI_API_KEY: "sk-made-up" }));
  await before();
  expect(await calls()).toBe(0);
});

test("what another session put in the login's place is not read", async () => {
  await execa("mkfifo", [join(folder, "vault", "auth.json")]);
  await before();
  await rm(join(folder, "vault", "auth.json"));
  await writeFile(join(folder, "other.json"), login({ exp: now + 60, iat: now - 60 }));
  await symlink(join(folder, "other.json"), join(folder, "vault", "auth.json"));
  await before();
  expect(await calls()).toBe(0);
});

test("of six at once one renews, and all wait for it", async () => {
  await put({ exp: now + 60, iat: now - 60 });
  const after = await Promise.all(
    Array.from({ length: 6 }, async () => {
      await execa(renew, ["before", agent], { env: { CODEX_HOME: join(folder, "home") } });
      return await readFile(join(folder, "vault", "auth.json"), "utf8");
    }),
  );
  const next = await readFile(join(folder, "next.json"), "utf8");
  expect({ after, calls: await calls() }).toEqual({ after: after.map(() => next), calls: 1 });
});

test("a lock whose holder was killed is taken over, by one", async () => {
  await put({ exp: now + 60, iat: now - 60 });
  await mkdir(join(folder, "vault", ".renewal.lock"));
  await Promise.all([before(), before(), before()]);
  expect(await calls()).toBe(1);
});

test("beside the agent it renews until the agent ends", async () => {
  await put({ exp: now + 60, iat: now - 60 });
  const program = spawn("sleep", ["100"]);
  const watching = execa(renew, ["while", String(program.pid), agent], { env: { CODEX_HOME: join(folder, "home") } });
  await expect.poll(calls).toBe(1);
  program.kill();
  expect((await watching).exitCode).toBe(0);
});
