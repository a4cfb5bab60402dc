import fc from "fast-check";
import { expect, test } from "vitest";
import { routeTable } from "../../../src/server/routes/table.ts";
import { testServer } from "../../support/server/test-server.ts";

// A failure prints its seed.

test("whatever the query and the body are, a request is refused or answered, and is never a bug", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const { token } = await server.signIn("full");
  const routes = routeTable.filter(
    ({ key }) => !["GET /stream", "POST /auth/sign-out", "GET /hosts/{host}/checks"].includes(key),
  );
  const word = fc.oneof(fc.constantFrom("app-a@local", "1", "q7f@local", "0".repeat(16)), fc.string({ maxLength: 20 }));
  const request = fc.record({
    route: fc.constantFrom(...routes),
    words: fc.array(word, { minLength: 3, maxLength: 3 }),
    query: fc.dictionary(
      fc.constantFrom("after", "before", "limit", "session", "run", "path", "state", "host", "type"),
      word,
    ),
    body: fc.jsonValue({ maxDepth: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ route, words, query, body }) => {
      let at = 0;
      const path = route.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(words[at++] || "x"));
      const line = `${route.method} ${path}?${new URLSearchParams(query).toString()}`;
      const { status } = await server.call(line, { token, ...(route.input === undefined ? {} : { body }) });
      expect(status, line).not.toBe(500);
      expect(status, line).not.toBe(401);
    }),
    { numRuns: 200 },
  );
}, 60_000);

test("random bytes on the port do no harm", async () => {
  const server = await testServer();
  const bytes = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .tuple(fc.constantFrom("GET", "POST", "X"), fc.string({ maxLength: 40 }), fc.string({ maxLength: 100 }))
      .map(
        ([method, path, headers]) =>
          `${method} /${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${headers}\r\n\r\n`,
      ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (text) => {
      const answer = await Promise.race([
        server.raw(`${text}\r\n\r\n`),
        new Promise<string>((done) => setTimeout(done, 100, "")),
      ]);
      expect(answer.slice(0, 12)).toMatch(/^$|^HTTP\/1\.1 4|^HTTP\/1\.1 200/);
    }),
    { numRuns: 60 },
  );
  expect((await server.call("GET /me")).status).toBe(401);
}, 60_000);
