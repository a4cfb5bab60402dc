import type { ClaimMode, ClaimView } from "../../contract/merging/claims.ts";
import type { Selector } from "../../session/types.ts";
import { claimsOn } from "../../merging/claims/plan-claims.ts";
import type { OneSession } from "../../session/session-host.ts";
import { findOneSession } from "../find/one-session.ts";
import { rootHere, type Found } from "../find/find-sessions.ts";
import { selectSessions } from "../find/select-sessions.ts";
import { groupByHost, hostOfOne } from "../hosts.ts";
import { askHosts } from "../sessions/ask-hosts.ts";
import type { Scope } from "../scope.ts";

export interface ClaimWanted {
  session: string | undefined;
  globs: readonly string[];
  mode: ClaimMode;
  why: string | undefined;
  all: boolean;
}

/**
 * The claims of this project on all its hosts; outside of a project those of every project. The oldest first.
 * @param wanted.path only those that this path is under
 * @param wanted.session only those of this session
 */
export async function listClaims(
  scope: Scope,
  wanted: { path: string | undefined; session: string | undefined },
): Promise<ClaimView[]> {
  if (wanted.session !== undefined)
    return await claimsOfFound(await findOneSession(scope, wanted.session, "claim"), wanted.path);
  const selector = await selectSessions(scope, [], (await rootHere(scope)) === undefined);
  return onPath(await everywhere(scope, selector), wanted.path);
}

/** Those of a session that was found already. */
export async function claimsOfFound(
  { scope: its, selector }: Found<OneSession>,
  path: string | undefined,
): Promise<ClaimView[]> {
  return onPath(await (await hostOfOne(its, selector)).claims(selector), path);
}

function onPath(claims: ClaimView[], path: string | undefined): ClaimView[] {
  return path === undefined ? claims : claimsOn(claims, path.replace(/^(?:\.\/)+/, ""));
}

/**
 * Claims paths for a session. Only this side sees the claims on all hosts: those elsewhere are in the way like those on the session's
 * own. Two people who ask at the same moment on two hosts may both get it, and the list then shows both.
 * @throws CLAIMED naming holder, reason and end; USAGE for patterns that cannot be claimed
 */
export async function claimPaths(scope: Scope, { session, ...wanted }: ClaimWanted): Promise<ClaimView> {
  return await claimFound(await findOneSession(scope, session, "claim"), wanted);
}

/** The same for a session that was found already. */
export async function claimFound(
  { scope: its, selector }: Found<OneSession>,
  wanted: Omit<ClaimWanted, "session">,
): Promise<ClaimView> {
  const host = await hostOfOne(its, selector);
  const [own] = await groupByHost(its, selector);
  const { names: _, ...project } = selector;
  // What others have changed is not in the way.
  const others = (await everywhere(its, project)).filter((one) => one.host !== own?.host && one.derived !== true);
  const { mode, globs, why, all } = wanted;
  return await host.claim(selector, {
    globs: [...globs],
    mode,
    ...(why === undefined ? {} : { why }),
    all,
    elsewhere: others.map(({ project: __, host: at, derived: ___, ...claim }) => ({
      ...claim,
      session: `${claim.session}@${at}`,
    })),
  });
}

/** Ends a session's claims: all, or those with one of these patterns. */
export async function releaseClaims(
  scope: Scope,
  { session, globs }: { session: string | undefined; globs: readonly string[] },
): Promise<ClaimView[]> {
  return await releaseFound(await findOneSession(scope, session, "claim"), globs);
}

/** The same for a session that was found already. */
export async function releaseFound(
  { scope: its, selector }: Found<OneSession>,
  globs: readonly string[],
): Promise<ClaimView[]> {
  return await (await hostOfOne(its, selector)).claimRelease(selector, { globs: [...globs] });
}

async function everywhere(scope: Scope, selector: Selector): Promise<ClaimView[]> {
  const answers = await askHosts(scope, selector, async (host, group) => await host.claims(group.selector));
  return answers.flatMap(({ views }) => views).toSorted((a, b) => a.at.localeCompare(b.at));
}
