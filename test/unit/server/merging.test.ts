import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { hostCalls } from "../../../src/contract/remote/rpc.ts";
import { routes, type RouteKey } from "../../../src/contract/http/routes.ts";
import type { RouteContract } from "../../../src/contract/http/route.ts";
import type { ClaimView } from "../../../src/contract/merging/claims.ts";
import { CoworkError } from "../../../src/errors.ts";
import { projectId } from "../../../src/app/serve/api-projects.ts";
import { addProject } from "../../../src/app/set-up/projects.ts";
import { writeSummary } from "../../../src/merging/cache/summary.ts";
import { ensureFolder } from "../../../src/system/files/files.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { git } from "../../support/git/sample-project.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { sampleOf } from "../../support/sample-of.ts";
import { testServer } from "../../support/server/test-server.ts";

function check(key: RouteKey, body: unknown): void {
  const { output }: RouteContract = routes[key];
  expect(output === undefined ? undefined : z.safeParse(output, body), key).toMatchObject({ success: true });
}

test("claims are made, listed and ended on the session's own host; one that is taken is 409", async () => {
  const claim: ClaimView = { ...sampleOf<ClaimView>(hostCalls.claim.output), host: "box", mode: "exclusive" };
  const asked: unknown[] = [];
  const box = {
    claims: async () => [claim],
    claim: async (_: unknown, wanted: { globs: string[] }) => {
      asked.push(wanted);
      if (wanted.globs.includes("held/**")) throw new CoworkError("CLAIMED", "b holds it.");
      return claim;
    },
    claimRelease: async (_: unknown, wanted: unknown) => {
      asked.push(wanted);
      return [claim];
    },
  };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("operate");
  const path = "/sessions/app-a@box/claims";
  const body = { globs: ["src/**"], mode: "exclusive", why: "rewrite" };
  const made = await server.call(`POST ${path}`, { token, body });
  expect(made.status).toBe(201);
  check("POST /sessions/{session}/claims", made.body);
  const listed = await server.call("GET /claims?session=app-a@box", { token });
  check("GET /claims", listed.body);
  expect(listed.body.claims).toEqual([claim]);
  const taken = await server.call(`POST ${path}`, { token, body: { globs: ["held/**"] } });
  expect([taken.status, taken.body.code]).toEqual([409, "CLAIMED"]);
  const ended = await server.call(`DELETE ${path}?glob=${encodeURIComponent("src/**")}`, { token });
  check("DELETE /sessions/{session}/claims", ended.body);
  expect(asked).toMatchObject([body, { globs: ["held/**"], mode: "shared" }, { globs: ["src/**"] }]);
  expect((await server.call("POST /sessions/app-a@evil/claims", { token, body })).status).toBe(404);
  const { token: low } = await server.signIn("approve");
  for (const method of ["POST", "DELETE"])
    expect(
      (await server.call(`${method} ${path}`, { token: low, ...(method === "POST" ? { body } : {}) })).status,
    ).toBe(403);
  expect(asked).toHaveLength(3);
});

test("sessions are compared as they were last seen, and are looked at only on request", async () => {
  const root = join(await temporaryFolder(), "app");
  await mkdir(root);
  await git(root, "init", "--quiet", "--initial-branch=main");
  await git(root, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--allow-empty", "-m", "one");
  let opened = 0;
  const local = {
    list: async () => [sessionView({ id: "app-a", name: "a", project: "app", projectRoot: root })],
    readClone: async () => {
      opened += 1;
      throw new CoworkError("CLONE_MISSING", "it has no clone");
    },
    noteMerging: async () => ({}),
  };
  const server = await testServer({ hosts: { local } });
  const project = projectId(await addProject(server.ctx, root, "/"));
  const { token } = await server.signIn("view");
  const last = await server.call(`GET /conflicts?project=${project}`, { token });
  check("GET /conflicts", last.body);
  expect(last.body.sessions).toMatchObject([{ name: "a", judged: false, reason: "it was not looked at" }]);
  expect(last.body.pairs).toMatchObject([{ a: "a", b: "project/main", class: "unknown", paths: [] }]);
  expect(opened).toBe(0);
  const now = await server.call(`GET /conflicts?project=${project}&look=true`, { token });
  expect([opened, now.body.sessions[0].reason]).toEqual([1, expect.stringContaining("no clone")]);
  const pair = `/conflicts?project=${project}&a=a&b=${encodeURIComponent("project/main")}`;
  expect((await server.call(`GET ${pair}`, { token })).body.diffs).toEqual([]);
  for (const [query, status] of [
    [`project=${project}&a=a`, 400],
    [`project=${project}&a=a&b=x`, 404],
    ["project=none.12345678", 404],
    ["", 400],
  ] as const)
    expect((await server.call(`GET /conflicts?${query}`, { token })).status, query).toBe(status);
  const merge = await server.call(`GET /merges?project=${project}`, { token });
  check("GET /merges", merge.body);
  expect(merge.body).toEqual({ merge: null });
  expect((await server.call(`GET /merges?project=${project}&into=nosuch`, { token })).status).toBe(404);
});

test("a merge is an operation of an operator; another test command than the configured one needs the role full", async () => {
  const root = join(await temporaryFolder(), "app");
  await mkdir(root);
  await git(root, "init", "--quiet", "--initial-branch=main");
  const server = await testServer({ hosts: { local: {} } });
  const project = projectId(await addProject(server.ctx, root, "/"));
  const tokens = { approve: "", operate: "", full: "" };
  for (const role of ["approve", "operate", "full"] as const) tokens[role] = (await server.signIn(role)).token;
  const body = { project, sessions: ["app-a@local", "app-b@box"], into: "main", squash: true };
  const merge = async (token: string, more: object = {}): Promise<{ status: number; body: unknown }> =>
    await server.call("POST /merges", { token, body: { ...body, ...more } });
  expect((await merge(tokens.approve)).status).toBe(403);
  const made = await merge(tokens.operate);
  expect(made.status).toBe(202);
  check("POST /merges", made.body);
  expect(made.body).toMatchObject({ operation: { kind: "merge", project, sessions: body.sessions } });
  expect((await merge(tokens.operate, { test: "make test" })).status).toBe(403);
  expect((await merge(tokens.full, { test: "make test" })).status).toBe(202);
  for (const [wrong, status] of [
    [{ sessions: [] }, 400],
    [{ into: "--upload-pack=x" }, 400],
    [{ project: "none.12345678" }, 404],
  ] as const)
    expect((await merge(tokens.full, wrong)).status, JSON.stringify(wrong)).toBe(status);
});

test("the status of a session has what the last comparison on this machine found, and not what its host says of that", async () => {
  const root = join(await temporaryFolder(), "app");
  const asOf = "2026-03-01T12:00:00.000Z";
  const status = sessionStatus({ id: "app-a", name: "a", host: "box", project: "app", projectRoot: root });
  const foreign = { ...status, notPulled: { commits: 99, files: 99, asOf } };
  const box = { list: async () => [foreign], status: async () => [foreign] };
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const shown = async (): Promise<unknown> => (await server.call("GET /sessions/app-a@box", { token })).body.notPulled;
  const before = await server.call("GET /sessions/app-a@box", { token });
  expect([before.status, before.body.notPulled]).toEqual([200, undefined]);
  const work = { "box/app-a": { commits: 2, files: 1, paths: [], asOf } };
  await ensureFolder(server.ctx.paths.conflicts, { mode: 0o700 });
  await writeSummary(server.ctx, { name: "app", root }, { schema: 1, marks: {}, merged: {}, work });
  expect(await shown()).toEqual({ commits: 2, files: 1, asOf });
});
