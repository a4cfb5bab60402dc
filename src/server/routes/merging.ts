import { claimFound, claimsOfFound, listClaims, releaseFound } from "../../app/merging/claims.ts";
import { conflictsAsOf } from "../../app/merging/conflicts-as-of.ts";
import { mergeStatus } from "../../app/merging/merge-sessions.ts";
import { projectRoot } from "../../app/serve/api-projects.ts";
import { findById } from "../../app/serve/session-word.ts";
import type { Scope } from "../../app/scope.ts";
import type { mergingRoutes } from "../../contract/http/merging.ts";
import { usageError } from "../../errors.ts";
import { begin } from "../begin.ts";
import { defined } from "../../system/defined.ts";
import { requireRole, type Handlers } from "../route.ts";

export const mergingHandlers: Handlers<keyof typeof mergingRoutes> = {
  "GET /conflicts": async ({ query, scope }) => {
    const { project, look, a, b } = query;
    if ((a === undefined) !== (b === undefined)) throw usageError("a and b are given together.", "");
    const its = await inProject(await scope(), project);
    const between = a === undefined || b === undefined ? {} : { between: { a, b } };
    return await conflictsAsOf(its, { look: look === "true", ...between });
  },
  "GET /claims": async ({ query, scope }) => {
    const { project, session, path } = query;
    const its = await scope();
    const inside = project === undefined ? its : await inProject(its, project);
    if (session === undefined) return { claims: await listClaims(inside, { path, session }) };
    return { claims: await claimsOfFound(await findById(inside, session, "claim"), path) };
  },
  "POST /sessions/{session}/claims": async ({ params, input, scope }) => {
    const { globs, mode = "shared", why, all = false } = input;
    const found = await findById(await scope(), params.session, "claim");
    return { claim: await claimFound(found, { globs, mode, why, all }) };
  },
  "DELETE /sessions/{session}/claims": async ({ params, query, scope }) => {
    const found = await findById(await scope(), params.session, "claim");
    return { released: await releaseFound(found, query.glob === undefined ? [] : [query.glob]) };
  },
  "GET /merges": async ({ query, scope }) => ({
    merge: (await mergeStatus(await inProject(await scope(), query.project), query.into)) ?? null,
  }),
  "POST /merges": async (call) => {
    const { project, sessions, into, test, squash = false, ff = false, uncommitted = false } = call.input;
    if (test !== undefined) requireRole(call.caller, "full", "test");
    await projectRoot(await call.scope(), project);
    return await begin(call, { kind: "merge", project, sessions, squash, ff, uncommitted, ...defined({ into, test }) });
  },
};

/** @throws NOT_A_PROJECT */
async function inProject(scope: Scope, id: string): Promise<Scope> {
  return scope.at(await projectRoot(scope, id));
}
