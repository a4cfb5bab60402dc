import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { routes, type RouteKey } from "../../../src/contract/http/routes.ts";
import { CoworkError } from "../../../src/errors.ts";
import { appendLine, jobFolder, prepareJob, readAnswer, writeResult } from "../../../src/jobs/job-files.ts";
import { askedQuestion } from "../../../src/contract/questions.ts";
import type { RouteContract } from "../../../src/contract/http/route.ts";
import { approvalView } from "../../support/fakes/approval-view.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { runView } from "../../support/fakes/run-view.ts";
import { testServer, type TestServer } from "../../support/server/test-server.ts";

/** Checks that an answer is what the contract says. */
function check(key: RouteKey, body: unknown): void {
  const { output }: RouteContract = routes[key];
  expect(output === undefined ? undefined : z.safeParse(output, body), key).toMatchObject({ success: true });
}

test("sessions of every host are listed, and a request reaches no host that the user did not add", async () => {
  const asked: string[] = [];
  const box = {
    list: async () => [
      sessionView({ id: "app-a", host: "box" }),
      sessionView({ id: "app-b", name: "b", host: "box", state: "stopped" }),
    ],
    status: async (selector: unknown) => {
      asked.push(JSON.stringify(selector));
      return [sessionStatus({ host: "box" })];
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const list = await server.call("GET /sessions", { token });
  check("GET /sessions", list.body);
  expect(list.body.sessions.map(({ name, host }: { name: string; host: string }) => `${name}@${host}`)).toEqual([
    "a@box",
    "b@box",
  ]);
  expect((await server.call("GET /sessions?state=stopped", { token })).body.sessions).toHaveLength(1);
  const one = await server.call("GET /sessions/app-a@box", { token });
  check("GET /sessions/{session}", one.body);
  expect(asked).toEqual(['{"names":["app-a"]}']);
  for (const [path, status] of [
    ["app-a@evil.example.org", 404],
    ["app-a@root%40evil", 400],
    ["app-a@-oProxyCommand=x", 404],
    ["app-none@local", 404],
    ["a%20b", 400],
  ] as const)
    expect((await server.call(`GET /sessions/${path}`, { token })).status, path).toBe(status);
  expect((await server.call("GET /sessions?host=evil", { token })).body).toMatchObject({
    status: 404,
    code: "HOST_UNKNOWN",
  });
});

test("an error keeps its code, hint and next step, and a bug tells nothing of itself", async () => {
  const box = {
    status: async () => {
      throw new CoworkError("HOST_UNREACHABLE", "box sleeps.", {
        hint: [{ command: "host", args: ["doctor", "box"] }],
      });
    },
    diff: async () => {
      throw new Error("secret of a bug");
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const away = await server.call("GET /sessions/app-a@box", { token });
  expect(away.body).toEqual({
    type: "about:blank",
    title: "box sleeps.",
    status: 503,
    code: "HOST_UNREACHABLE",
    hint: "cowork host doctor box",
    next: [{ command: "host", args: ["doctor", "box"] }],
  });
  const bug = await server.call("GET /sessions/app-a@box/diff", { token });
  expect(bug.status).toBe(500);
  expect(JSON.stringify(bug.body)).not.toContain("secret");
  expect(server.log.join("\n")).toContain("secret of a bug");
});

test("a path for the diff stays inside the clone and is not a pattern", async () => {
  const paths: string[][] = [];
  const box = {
    diff: async (_: unknown, wanted: { paths: string[] }) => {
      paths.push(wanted.paths);
      return { text: "", truncated: false };
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const ask = async (path: string): Promise<number> =>
    (await server.call(`GET /sessions/app-a@box/diff?path=${encodeURIComponent(path)}`, { token })).status;
  for (const bad of ["/etc/passwd", "../x", "a/../../x", "--output=x", ":(top)x", ":/x", "a\0b", ""])
    expect(await ask(bad), bad).toBe(400);
  expect(await ask("src/a b.ts")).toBe(200);
  expect(paths).toEqual([[":(literal)src/a b.ts"]]);
});

test("an answer is for exactly what was shown; of two the first counts", async () => {
  let open = [approvalView({ host: "box" })];
  const answers: unknown[] = [];
  const box = {
    approvals: async () => open,
    approvalShown: async () => open[0]!,
    approvalAnswer: async (_: unknown, answer: unknown) => {
      answers.push(answer);
      const [one] = open;
      open = [];
      return { ...one!, state: "answered" as const };
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("approve");
  const digest = "ab".repeat(32);
  const list = await server.call("GET /approvals", { token });
  check("GET /approvals", list.body);
  const answer = async (id: string, body: object): Promise<number> =>
    (await server.call(`POST /approvals/${id}/answer`, { token, body })).status;
  expect(await answer("q7f@box", { digest: "cd".repeat(32), decision: "allow" })).toBe(409);
  expect(await answer("q8f@box", { digest, decision: "allow" })).toBe(410);
  expect(await answer("q7f@local", { digest, decision: "allow" })).toBe(410);
  expect(await answer("q7f@elsewhere", { digest, decision: "allow" })).toBe(404);
  expect(await answer("q7f@box", { digest, decision: "maybe" })).toBe(400);
  expect((await server.call("POST /approvals/q7f@box/shown", { token, body: { digest } })).status).toBe(200);
  expect(await answer("q7f@box", { digest, decision: "deny", message: "no" })).toBe(200);
  expect(await answer("q7f@box", { digest, decision: "allow" })).toBe(410);
  expect(answers).toEqual([
    { id: "q7f", digest, by: "person", decision: "deny", message: "no", through: "page: a approve" },
  ]);
});

test("a file of a run is a download, and only one that the run names", async () => {
  const run = runView({ host: "box", artifacts: [{ name: "report.md", bytes: 5 }] });
  const box = {
    runs: async () => [run],
    runFiles: async (_: unknown, __: number, out: NodeJS.WritableStream) => {
      const tar = pack();
      tar.entry({ name: "report.md" }, "<b>x</b>");
      tar.entry({ name: "other.md" }, "no");
      tar.finalize();
      for await (const chunk of tar) out.write(chunk as Buffer);
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const { body, headers, status } = await server.call("GET /sessions/app-a@box/runs/1/artifacts/report.md", { token });
  expect({ status, body }).toEqual({ status: 200, body: "<b>x</b>" });
  expect(headers.get("content-disposition")).toBe('attachment; filename="report.md"');
  expect(headers.get("content-security-policy")).toMatch(/^sandbox/);
  expect((await server.call("GET /sessions/app-a@box/runs/1/artifacts/other.md", { token })).status).toBe(404);
  expect((await server.call("GET /sessions/app-a@box/runs/1/artifacts/.secret", { token })).status).toBe(400);
});

/** The files of an operation that another process does. */
async function operationIn({ ctx }: TestServer, id: string): Promise<string> {
  const work = { kind: "start", session: "app-a@box", rebuild: false, force: false };
  const request = { by: "person", startedAt: new Date().toISOString(), work };
  await prepareJob(ctx, id, { method: "operation", args: [request] });
  return jobFolder(ctx, id);
}

test("a new session's agent is part of what the operation does, and an unknown one is refused", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const { token } = await server.signIn("operate");
  const asked = { session: "app-a@box", prompt: "x" };
  const { status, body } = await server.call("POST /runs", { token, body: { ...asked, agent: "codex" } });
  expect(status).toBe(202);
  const request = await readFile(join(jobFolder(server.ctx, body.operation.id), "request.json"), "utf8");
  expect(JSON.parse(request)).toMatchObject({ args: [{ work: { kind: "run", agent: "codex" } }] });
  for (const route of ["POST /runs", "POST /sessions"])
    expect((await server.call(route, { token, body: { ...asked, agent: "cursor" } })).status).toBe(400);
});

test("long work is an operation of its own process, and one that is asked for twice with a key is done once", async () => {
  const server = await testServer({ hosts: { box: {} } });
  const { token } = await server.signIn("operate");
  const begin = async (headers: Record<string, string>): Promise<{ status: number; id: string }> => {
    const { status, body } = await server.call("POST /sessions/app-a@box/stop", { token, body: {}, headers });
    check("POST /sessions/{session}/stop", body);
    return { status, id: body.operation.id };
  };
  const one = await begin({ "idempotency-key": "k1" });
  expect(one.status).toBe(202);
  expect((await begin({ "idempotency-key": "k1" })).id).toBe(one.id);
  expect((await begin({ "idempotency-key": "k2" })).id).not.toBe(one.id);
  const { body } = await server.call(`GET /operations/${one.id}`, { token });
  expect(body).toMatchObject({
    kind: "stop",
    sessions: ["app-a@box"],
    state: "done",
    by: "a operate",
    result: { outcomes: [] },
  });
  expect((await server.call("GET /operations", { token })).body.operations).toHaveLength(2);
  expect((await server.call(`GET /operations/${"f".repeat(16)}`, { token })).status).toBe(404);
  // Other jobs of this machine are no operations.
  await mkdir(join(server.ctx.paths.jobs, "e".repeat(16)), { recursive: true });
  await writeFile(join(server.ctx.paths.jobs, "e".repeat(16), "request.json"), '{"method":"init","args":[]}');
  expect((await server.call(`GET /operations/${"e".repeat(16)}`, { token })).status).toBe(404);
});

test("a question of an operation is answered as it was asked; trust needs the role full", async () => {
  const server = await testServer();
  const [operate, full] = [await server.signIn("operate"), await server.signIn("full")];
  const id = "0a".repeat(8);
  const folder = await operationIn(server, id);
  const question = askedQuestion({ kind: "trust", project: "app", projectRoot: "/x", hash: "h", findings: [] });
  await appendLine(folder, { ask: 1, question });
  const { withLock } = await import("../../../src/system/locks.ts");
  await withLock(server.ctx, `job-${id}`, {}, async () => {
    const asking = await server.call(`GET /operations/${id}`, { token: operate.token });
    check("GET /operations/{operation}", asking.body);
    expect(asking.body).toMatchObject({ state: "asking", question: { n: 1, question: { kind: "trust" } } });
    const answer = async (token: string, body: object): Promise<number> =>
      (await server.call(`POST /operations/${id}/answer`, { token, body })).status;
    const yes = { n: 1, question: question.id, answer: true };
    expect(await answer(operate.token, yes)).toBe(403);
    expect(await answer(full.token, { ...yes, question: "other" })).toBe(400);
    expect(await answer(full.token, { ...yes, n: 2 })).toBe(400);
    expect(await answer(full.token, { ...yes, answer: "yes" })).toBe(400);
    expect(await readAnswer(folder, 1)).toBeUndefined();
    expect(await answer(full.token, yes)).toBe(200);
    expect(await readAnswer(folder, 1)).toBe(true);
    expect((await server.call(`GET /operations/${id}`, { token: operate.token })).body.state).toBe("running");
  });
  const lost = await server.call(`GET /operations/${id}`, { token: operate.token });
  expect(lost.body).toMatchObject({ state: "failed", error: { code: "INTERRUPTED" } });
  await writeResult(folder, { value: { outcomes: [] } });
  expect((await server.call(`GET /operations/${id}`, { token: operate.token })).body.state).toBe("done");
});

test("what an answer over the API may give is bounded by the role, whatever the configuration says", async () => {
  const sent: unknown[] = [];
  const box = {
    send: async (_: unknown, request: object) => {
      const { settings: _settings, ...rest } = request as { settings: unknown };
      sent.push(rest);
      return { how: "run" as const };
    },
  };
  const server = await testServer({ hosts: { box } });
  for (const role of ["approve", "full"] as const) {
    const { token } = await server.signIn(role);
    await server.call("POST /sessions/app-a@box/prompts", { token, body: { text: "go on" } });
  }
  expect(sent).toEqual([
    { text: "go on", through: "page: a approve", most: "edits" },
    { text: "go on", through: "page: a full" },
  ]);
});
