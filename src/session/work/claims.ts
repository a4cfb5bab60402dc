import { randomBytes } from "node:crypto";
import type { Claim, ClaimRequest, ClaimView, StoredClaims } from "../../contract/merging/claims.ts";
import type { OneSession, Selector } from "../../contract/remote/requests.ts";
import { toCoworkError } from "../../errors.ts";
import { derivedClaims, keepDerived, readDerived, type Changed } from "../../merging/claims/derived.ts";
import { grant, release, settleClaims, type Claimant, type Holder } from "../../merging/claims/plan-claims.ts";
import { changeClaims, hasClaims } from "../../merging/claims/store.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { appendHistory } from "../../work/history/append.ts";
import { lastEvent } from "../../work/history/last-number.ts";
import { containersBySession } from "../inspect/observe.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import { devContainer } from "../inspect/view.ts";
import type { SessionRecord } from "../record/record.ts";
import { readRecords, requireRecord, selectRecords } from "../record/records.ts";

/** Claims of the selected sessions, as they are now. */
export async function listClaims(ctx: Context, selector: Selector): Promise<ClaimView[]> {
  const entries = await selectRecords(ctx, selector);
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const ids = new Set(records.map(({ id }) => id));
  const projects = [...new Set(records.map(({ project }) => project))];
  const claims = await Promise.all(
    projects.map(async (project) => {
      const derived = derivedClaims(await readDerived(ctx, project)).map((one) => viewOf(project, one));
      return [...(await refreshProject(ctx, project)), ...derived];
    }),
  );
  return claims.flat().filter(({ sessionId }) => ids.has(sessionId));
}

/** @throws SESSION_NOT_FOUND */
export async function noteChanged(
  ctx: Context,
  selector: OneSession,
  changed: Changed,
): Promise<Record<string, never>> {
  const { id, name, project } = await requireRecord(ctx, selector);
  await keepDerived(ctx, { project, sessionIds: await sessionIdsOf(ctx, project) }, { ...changed, id, session: name });
  return {};
}

/** After a session is gone: what it had changed is forgotten. */
export async function forgetGone(ctx: Context, project: string): Promise<void> {
  try {
    await keepDerived(ctx, { project, sessionIds: await sessionIdsOf(ctx, project) });
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`claims of ${project}: ${toCoworkError(error).message}`);
  }
}

async function sessionIdsOf(ctx: Context, project: string): Promise<string[]> {
  const entries = await readRecords(ctx);
  return entries.flatMap((entry) => ("record" in entry && entry.record.project === project ? [entry.record.id] : []));
}

/** @throws SESSION_NOT_FOUND, CLAIMED, USAGE */
export async function claimPaths(ctx: Context, selector: OneSession, request: ClaimRequest): Promise<ClaimView> {
  return await claimFor(ctx, await requireRecord(ctx, selector), request, "person");
}

/** The same for a session that asked for it itself. */
export async function claimFor(
  ctx: Context,
  record: SessionRecord,
  request: ClaimRequest,
  by: Claim["by"],
): Promise<ClaimView> {
  const who: Claimant = { session: record.name, sessionId: record.id, by };
  const id = randomBytes(4).toString("hex");
  const claim = await change(ctx, record.project, (stored, now) => {
    const given = grant(stored, who, request, { now, id });
    return { stored: forgetLapsed(given.stored, record.id), answer: given.claim };
  });
  const detail = `${claim.mode}: ${claim.globs.join(", ")}`;
  // What a session asks for itself is not a person's doing.
  const source = by === "person" ? "person" : "cowork";
  await appendHistory(ctx, record.id, [{ source, type: "claim.made", data: { id: claim.id, by, detail } }]);
  return viewOf(record.project, claim);
}

/** @throws SESSION_NOT_FOUND */
export async function releaseClaims(
  ctx: Context,
  selector: OneSession,
  globs: readonly string[],
): Promise<ClaimView[]> {
  return await releaseFor(ctx, await requireRecord(ctx, selector), globs);
}

export async function releaseFor(ctx: Context, record: SessionRecord, globs: readonly string[]): Promise<ClaimView[]> {
  if (!hasClaims(ctx, record.project)) return [];
  const released = await change(ctx, record.project, (stored) => {
    const { stored: left, released: ended } = release(stored, record.id, globs);
    return { stored: forgetLapsed(left, record.id), answer: ended };
  });
  const events = released.map(({ id, globs: texts }) => ({
    source: "cowork" as const,
    type: "claim.released",
    data: { id, detail: texts.join(", ") },
  }));
  await appendHistory(ctx, record.id, events);
  return released.map((claim) => viewOf(record.project, claim));
}

/** Renews and ends the claims of the sessions' projects, as time and the sessions have it. What fails is tried again by the next reader. */
export async function refreshClaims(ctx: Context, records: readonly Pick<SessionRecord, "project">[]): Promise<void> {
  for (const project of new Set(records.map((record) => record.project))) {
    try {
      await refreshProject(ctx, project);
    } catch (error) {
      ctx.signal.throwIfAborted();
      ctx.log(`claims of ${project}: ${toCoworkError(error).message}`);
    }
  }
}

async function refreshProject(ctx: Context, project: string): Promise<ClaimView[]> {
  if (!hasClaims(ctx, project)) return [];
  const claims = await change(ctx, project, (stored) => ({ stored, answer: stored.claims }));
  return claims.map((claim) => viewOf(project, claim));
}

/** Changes the claims of a project after they were settled. Holders whose claims lapsed have an event of it. */
async function change<T>(
  ctx: Context,
  project: string,
  work: (stored: StoredClaims, now: number) => { stored: StoredClaims; answer: T },
): Promise<T> {
  const holders = await holdersOf(ctx, project);
  const ended: { sessionId: string; id: string; text: string }[] = [];
  const now = ctx.clock.now().getTime();
  const answer = await changeClaims(ctx, { project, sessionIds: [...holders.keys()] }, (before) => {
    const settled = settleClaims(before, holders, now);
    for (const [sessionId, notices] of Object.entries(settled.lapsed ?? {})) {
      const known = before.lapsed?.[sessionId] ?? [];
      const fresh = notices.filter(({ id }) => !known.some((one) => one.id === id));
      ended.push(...fresh.map((notice) => ({ sessionId, ...notice })));
    }
    return work(settled, now);
  });
  for (const { sessionId, id, text } of ended)
    await appendHistory(ctx, sessionId, [
      { source: "cowork", type: "claim.lapsed", data: { id, detail: plain(text) } },
    ]);
  return answer;
}

/** The project's sessions on this host. */
async function holdersOf(ctx: Context, project: string): Promise<Map<string, Holder>> {
  const entries = await readRecords(ctx);
  const records = entries.flatMap((entry) =>
    "record" in entry && entry.record.project === project ? [entry.record] : [],
  );
  const containers = await containersBySession(ctx);
  const holders = records.map(async (record): Promise<[string, Holder]> => {
    const main = devContainer(ownContainers(ctx, record, containers.get(record.id) ?? []));
    const last = await lastEvent(ctx.paths.eventLog(record.id)).catch(() => undefined);
    const heard = last === undefined ? {} : { heardAt: Date.parse(last.at) };
    return [record.id, { running: main?.state === "running", ...heard }];
  });
  return new Map(await Promise.all(holders));
}

function forgetLapsed(stored: StoredClaims, sessionId: string): StoredClaims {
  const { [sessionId]: _, ...lapsed } = stored.lapsed ?? {};
  const { claims } = stored;
  return Object.keys(lapsed).length === 0 ? { claims } : { claims, lapsed };
}

function viewOf(project: string, claim: Claim & { derived?: true }): ClaimView {
  return { ...claim, project, host: "local" };
}
