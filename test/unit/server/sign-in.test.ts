import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCodes } from "../../../src/server/devices/codes.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { testServer, type TestServer } from "../../support/server/test-server.ts";

test("a code works once, for five minutes, and wrong ones are counted", () => {
  let now = 1_000_000;
  const codes = createCodes(() => now);
  const { code } = codes.make("approve", "phone");
  expect(Buffer.from(code, "base64url").length).toBeGreaterThanOrEqual(16);
  const other = codes.make("full", undefined);
  for (let n = 0; n < 5; n += 1) expect(codes.redeem("guess", "peer")).toEqual({ is: "wrong" });
  expect(codes.redeem("guess", "peer")).toEqual({ is: "too-many" });
  expect(codes.redeem("guess", "another")).toEqual({ is: "wrong" });
  const good = codes.redeem(code, "peer");
  expect(good).toMatchObject({ is: "good", role: "approve", name: "phone" });
  if (good.is === "good") good.used("device-1");
  expect(codes.redeem(code, "peer")).toEqual({ is: "used", by: "device-1" });
  now += 5 * 60_000;
  expect(codes.redeem(other.code, "peer")).toEqual({ is: "wrong" });
});

test("of two uses of a link at the same time one is refused, and neither device stays signed in", async () => {
  const server = await testServer();
  const { body } = await server.socket("POST /devices/links", { role: "full" });
  const code = (body as { url: string }).url.split("#code=")[1];
  const both = await Promise.all([1, 2].map(async () => await server.call("POST /auth/exchange", { body: { code } })));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  const again = await server.call("POST /auth/exchange", { body: { code } });
  expect(again.body).toMatchObject({ code: "CODE_INVALID" });
  expect(again.body.title).toContain("used before");
  const { token } = both.find(({ status }) => status === 200)!.body as { token: string };
  expect((await server.call("GET /me", { token })).status).toBe(401);
});

test("a link is made through the socket or with the role full, and gives no more than its role", async () => {
  const server = await testServer();
  const { token, me } = await server.signIn("full");
  expect(me).toMatchObject({ role: "full", device: { name: "a full", lasting: false } });
  const made = await server.call("POST /devices/links", { token, body: { role: "view", name: "tablet" } });
  const code = (made.body as { url: string }).url.split("#code=")[1];
  const { body } = await server.call("POST /auth/exchange", { body: { code, name: "ignored\u202e" } });
  expect(body).toMatchObject({ me: { role: "view", device: { name: "tablet" } } });
  expect((await server.call("GET /devices", { token })).body.devices).toHaveLength(2);
});

test("tokens are on disk as hashes only, and die with the server; a revoked one closes its streams at once", async () => {
  const home = join(await temporaryFolder(), ".cowork");
  const first = await testServer({ home });
  const { token, me } = await first.signIn("full");
  const view = await first.signIn("view");
  const file = join(home, "devices.json");
  expect((await stat(file)).mode % 0o1000).toBe(0o600);
  expect(await readFile(file, "utf8")).not.toContain(token);
  const authorization = `Bearer ${view.token}`;
  const stream = await fetch(`http://127.0.0.1:${first.port}/api/v1/stream`, { headers: { authorization } });
  const reader = stream.body!.getReader();
  await reader.read();
  expect((await first.call(`DELETE /devices/${view.me.device!.id}`, { token })).status).toBe(204);
  for (let part = await reader.read(); !part.done; part = await reader.read());
  expect((await first.call("GET /me", { token: view.token })).status).toBe(401);
  expect((await first.call("DELETE /devices/none", { token })).status).toBe(404);
  await first.stop();
  const second = await testServer({ home });
  const answer = await second.call("GET /me", { token });
  expect(answer).toMatchObject({ status: 401, body: { hint: "Run cowork ui to sign in again" } });
  expect((await second.call("GET /devices", { token: (await second.signIn("full")).token })).body.devices).toHaveLength(
    1,
  );
  expect(me.role).toBe("full");
});

test("behind PUBLIC_URL a token lasts, and is good for that door alone", async () => {
  const home = join(await temporaryFolder(), ".cowork");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, ".cowork.conf"), "PUBLIC_URL=https://cowork.example.org\n", { mode: 0o600 });
  const first = await testServer({ home });
  const link = (await first.socket("POST /devices/links", { role: "approve" })).body as { url: string };
  expect(link.url).toMatch(/^https:\/\/cowork\.example\.org\/#code=/);
  const ask = async (server: TestServer, extra: string, line = "GET /api/v1/me", body = ""): Promise<string> =>
    await server.raw(
      `${line} HTTP/1.1\r\nHost: cowork.example.org\r\n${extra}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  const body = JSON.stringify({ code: link.url.split("#code=")[1] });
  const exchanged = await ask(first, "Origin: https://cowork.example.org\r\n", "POST /api/v1/auth/exchange", body);
  const [, token = ""] = /"token":"([^"]+)"/.exec(exchanged) ?? [];
  expect(exchanged).toContain('"lasting":true');
  const authorization = `Authorization: Bearer ${token}\r\n`;
  expect(await ask(first, authorization)).toMatch(/^HTTP\/1\.1 200/);
  expect(await ask(first, `${authorization}Origin: http://cowork.example.org\r\n`)).toMatch(/^HTTP\/1\.1 403/);
  expect((await first.call("GET /me", { token })).status).toBe(401);
  await first.stop();
  const second = await testServer({ home });
  expect(await ask(second, authorization)).toMatch(/^HTTP\/1\.1 200/);
});

test("the folder of the socket is closed under any umask; links, files and other servers in the way are refused", async () => {
  const before = process.umask(0);
  try {
    const home = join(await temporaryFolder(), ".cowork");
    await mkdir(join(home, "run"), { recursive: true });
    await chmod(join(home, "run"), 0o777);
    const server = await testServer({ home });
    const modes = await Promise.all(
      ["run", "run/serve.sock", "run/serve.json", "state/.serve", "state/.serve/feed.jsonl"].map(
        async (name) => (await stat(join(home, name))).mode % 0o1000,
      ),
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o700, 0o600]);
    await expect(testServer({ home })).rejects.toMatchObject({ code: "BUSY" });
    // The one that runs was not disturbed.
    expect((await server.socket("GET /me")).status).toBe(200);

    const linked = join(await temporaryFolder(), ".cowork");
    await mkdir(linked);
    await symlink(await temporaryFolder(), join(linked, "run"));
    await expect(testServer({ home: linked })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });

    const blocked = join(await temporaryFolder(), ".cowork");
    await mkdir(join(blocked, "run"), { recursive: true });
    await writeFile(join(blocked, "run/serve.sock"), "mine");
    await expect(testServer({ home: blocked })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await readFile(join(blocked, "run/serve.sock"), "utf8")).toBe("mine");
  } finally {
    process.umask(before);
  }
});

test("a taken port leads to the next one; the socket takes no request of a page", async () => {
  const taken = createServer();
  const port = await new Promise<number>((done) => {
    taken.listen(0, "127.0.0.1", () => done((taken.address() as { port: number }).port));
  });
  try {
    const server = await testServer({ options: { port } });
    expect(server.port).toBeGreaterThan(port);
    await expect(testServer({ options: { port, onlyPort: true } })).rejects.toMatchObject({ code: "BUSY" });
  } finally {
    taken.close();
  }
});

test("the log holds no token, no code, no text of a request", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const { body } = await server.socket("POST /devices/links", { role: "full" });
  const code = (body as { url: string }).url.split("#code=")[1] ?? "";
  const { token } = (await server.call("POST /auth/exchange", { body: { code } })).body as { token: string };
  await server.call("GET /events?type=secret-type", { token });
  await server.call("POST /sessions/app-a@box/prompts", { token, body: { text: "secret-prompt" } });
  await server.call("POST /auth/exchange", { body: { code: "secret-code" } });
  const log = server.log.join("\n");
  expect(log).toContain("POST /sessions/{session}/prompts");
  for (const secret of [token, code, "secret-type", "secret-prompt", "secret-code"]) expect(log).not.toContain(secret);
});
