import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { testServer } from "../../support/server/test-server.ts";
import { routeTable } from "../../../src/server/routes/table.ts";

// The door: what is refused before anything is done, on a real port, byte by byte.

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

test("without a token everything but the page and the exchange is 401, whatever the method and the headers", async () => {
  const server = await testServer();
  const paths = ["/api/v1/sessions", "/api/v1/stream", "/api/v1/nothing", "/api", "/x", "/assets/x"];
  for (const path of paths) {
    for (const method of methods) {
      const answer = await server.raw(
        `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, `${method} ${path}`).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).not.toMatch(/access-control/i);
    }
  }
  for (const authorization of ["Bearer", "Bearer x", "Basic eDp4", "Bearer cowork_wrong"]) {
    expect((await server.call("GET /me", { headers: { authorization } })).status).toBe(401);
  }
  const { body, headers } = await server.call("GET /me");
  expect(body).toMatchObject({ code: "SIGN_IN_REQUIRED", hint: "Run cowork ui to sign in again" });
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(200);
});

test("a Host that is not exactly one of its names is 421, also for upgrades", async () => {
  const server = await testServer();
  const { port } = server;
  const { token } = await server.signIn("full");
  const ask = async (lines: string, target = "/api/v1/me", version = "1.1"): Promise<string> =>
    (
      await server.raw(
        `GET ${target} HTTP/${version}\r\n${lines}Authorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      )
    ).slice(9, 12);
  for (const name of ["cowork.localhost", "localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
    expect(await ask(`Host: ${name}:${port}\r\n`), name).toBe("200");
  for (const host of [
    `evil.test:${port}`,
    `localhost.evil.com:${port}`,
    `evil-localhost:${port}`,
    `localhost.:${port}`,
    `localhost:${port + 1}`,
    "localhost",
    `a.localhost:${port}`,
    `user@localhost:${port}`,
    `localhost:${port},evil.test`,
    `127.1:${port}`,
    "",
  ])
    expect(await ask(`Host: ${host}\r\n`), host).toBe("421");
  expect(await ask(`Host: localhost:${port}\r\nHost: evil.test\r\n`)).toBe("400");
  expect(await ask("", "/api/v1/me", "1.0")).toBe("421");
  expect(await ask(`Host: localhost:${port}\r\n`, "/api/v1/me", "1.0")).toBe("421");
  const upgrade = `Host: evil.test\r\nUpgrade: websocket\r\n`;
  const upgraded = await server.raw(`GET / HTTP/1.1\r\n${upgrade}Connection: Upgrade\r\n\r\n`);
  expect(upgraded).toMatch(/^HTTP\/1\.1 421 /);
});

test("a target that two readers could read differently is 400", async () => {
  const server = await testServer();
  const { token } = await server.signIn("full");
  for (const target of [
    "http://evil.test/api/v1/me",
    `http://localhost:${server.port}/api/v1/me`,
    "//evil.test/api/v1/me",
    "/%2e%2e/api/v1/me",
    "/x/../api/v1/me",
    "/api/v1/./me",
    "/api//v1/me",
    "/api/v1/me%2f..",
    "/api%5cv1/me",
    "/api/v1/sessions/%00",
    "/api/v1/sessions/%252e",
    "*",
    `/${"x".repeat(9000)}`,
  ]) {
    const answer = await server.raw(
      `GET ${target} HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer, target).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test("a page of another origin or site gets nothing, but a link to the bare page works", async () => {
  const server = await testServer();
  const { token } = await server.signIn("full");
  const own = `http://127.0.0.1:${server.port}`;
  for (const origin of [
    "null",
    "http://evil.test",
    `http://localhost:${server.port}`,
    `${own}0`,
    "http://127.0.0.1",
    `https://127.0.0.1:${server.port}`,
  ]) {
    for (const line of ["GET /me", "POST /auth/exchange"]) {
      const body = line.startsWith("POST") ? { body: { code: "x" } } : {};
      expect((await server.call(line, { token, headers: { origin }, ...body })).status, `${line} ${origin}`).toBe(403);
    }
  }
  expect((await server.call("GET /me", { token, headers: { origin: own } })).status).toBe(200);
  for (const site of ["cross-site", "same-site"])
    expect((await server.call("GET /me", { token, headers: { "sec-fetch-site": site } })).status).toBe(403);
  const page = await server.raw(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nSec-Fetch-Site: cross-site\r\nConnection: close\r\n\r\n`,
  );
  expect(page).toMatch(/^HTTP\/1\.1 200 /);
  const upgrade = `Host: 127.0.0.1:${server.port}\r\nOrigin: http://evil.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  expect(await server.raw(`GET /api/v1/stream HTTP/1.1\r\n${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
  expect(await server.raw(`GET /api/v1/stream HTTP/1.1\r\n${upgrade.replace(/Origin.*\r\n/, "")}\r\n`)).toMatch(
    /^HTTP\/1\.1 401 /,
  );
});

test("bodies are JSON, small and shallow", async () => {
  const server = await testServer();
  const { token } = await server.signIn("full");
  const send = async (type: string | undefined, body: string): Promise<number> => {
    const headers = type === undefined ? {} : { "Content-Type": type };
    const init = { method: "POST", headers: { ...headers, Authorization: `Bearer ${token}` }, body: Buffer.from(body) };
    return (await fetch(`http://127.0.0.1:${server.port}/api/v1/devices/links`, init)).status;
  };
  const good = JSON.stringify({ role: "view" });
  expect(await send("application/json", good)).toBe(201);
  expect(await send("application/json; charset=utf-8", good)).toBe(201);
  for (const type of [
    undefined,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonx",
    "application/json; charset=utf-16",
  ])
    expect(await send(type, good), type).toBe(415);
  expect(await send("application/json", JSON.stringify({ role: "view", name: "x".repeat(300_000) }))).toBe(413);
  expect(await send("application/json", `{"role":"view","x":${"[".repeat(500)}${"]".repeat(500)}}`)).toBe(400);
  for (const bad of ["", "{", "null", "[]", '{"role":"king"}', '{"__proto__":{"role":"full"}}'])
    expect(await send("application/json", bad), bad).toBe(400);
  const chunked = `POST /api/v1/auth/sign-out HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\nx\r\n0\r\n\r\n`;
  expect(await server.raw(chunked)).toMatch(/^HTTP\/1\.1 415 /);
});

test("every answer has the headers that keep a page harmless, and none lets another origin read it", async () => {
  const server = await testServer();
  const { token } = await server.signIn("view");
  const base = `http://127.0.0.1:${server.port}`;
  const authorization = `Bearer ${token}`;
  const answers = await Promise.all([
    fetch(`${base}/`),
    fetch(`${base}/api/v1/me`),
    fetch(`${base}/api/v1/me`, { headers: { authorization } }),
    fetch(`${base}/api/v1/devices`, { headers: { authorization } }),
    fetch(`${base}/api/v1/nothing`, { headers: { authorization } }),
    fetch(`${base}/api/v1/me`, { headers: { authorization, origin: "http://evil.test" } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 403, 404, 403]);
  for (const { headers, url } of answers) {
    const csp = headers.get("content-security-policy");
    expect(csp, url).toMatch(/default-src 'none'.*require-trusted-types-for 'script'; trusted-types 'none'/);
    expect(csp).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect([...headers.keys()].filter((name) => /^(?:access-control|set-cookie)/.test(name))).toEqual([]);
  }
});

test("every role is refused exactly what it may not do", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const ranks = ["view", "approve", "operate", "full"] as const;
  for (const [rank, role] of ranks.entries()) {
    const { token } = await server.signIn(role);
    for (const { key, method, role: needed, path, input } of routeTable) {
      if (needed === "none" || key === "POST /auth/sign-out" || key === "GET /stream") continue;
      const real = path
        .replaceAll("{session}", "app-a@box")
        .replaceAll("{operation}", "0".repeat(16))
        .replaceAll(/\{\w+\}/g, "1");
      const { status, body } = await server.call(`${method} ${real}`, {
        token,
        ...(input === undefined ? {} : { body: {} }),
      });
      const isRefused = status === 403 && (body as { code: string }).code === "ROLE_TOO_LOW";
      // Only the user on this machine ends the server.
      expect(isRefused, `${role}: ${key} gave ${status}`).toBe(rank < ranks.indexOf(needed) || key === "POST /stop");
      expect(status, key).not.toBe(401);
    }
  }
});

test("what needs more than the route's role is refused in its content", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const { token } = await server.signIn("operate");
  const at = "/sessions/app-a@box";
  for (const [line, body] of [
    [`POST ${at}/start`, { rebuild: true, force: true }],
    [`POST ${at}/stop`, { force: true }],
    [`POST ${at}/clean`, { force: true, unsaved: [] }],
    ["POST /runs", { session: "app-a@box", prompt: "x", permissions: "all" }],
    ["POST /approvals/q7f@box/answer", { digest: "a".repeat(64), decision: "allow", always: ["Bash(x)"] }],
    ["POST /devices/links", { role: "view" }],
  ] as const)
    expect((await server.call(line, { token, body })).body, line).toMatchObject({ status: 403, code: "ROLE_TOO_LOW" });
});

test("a client that asks for an upgrade and resets its connection does not end the server", async () => {
  const server = await testServer();
  const head = `GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
  for (let n = 0; n < 30; n += 1) {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    await new Promise((done) => void socket.write(head, done));
    socket.resetAndDestroy();
    await once(socket, "close");
  }
  expect((await server.call("GET /me")).status).toBe(401);
});
