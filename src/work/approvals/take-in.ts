import type { AskedApproval } from "../../agent/at-work.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import type { WorkPlace } from "../types.ts";
import { hasAnswer, removeOldAnswers, touchHeartbeat } from "./answers.ts";
import { listAsks, removeEnded, type Asks } from "./asks-folder.ts";
import { approvalsLock } from "./lock.ts";
import { recentReports } from "./recent-reports.ts";
import type { Signs } from "./retire.ts";
import { changeOf, settle, type Change } from "./settle.ts";
import { closedOf, readOpen } from "./store.ts";
import { takeNew } from "./take-new.ts";
import { viewApproval } from "./view.ts";

export interface OpenRequest {
  stored: StoredApproval;
  asked: AskedApproval;
}

/** Copies new requests to the host-only folder, retires those that were decided elsewhere. @returns the open ones, the oldest first */
export async function takeInRequests(ctx: Context, place: WorkPlace): Promise<ApprovalView[]> {
  const open = await openRequests(ctx, place);
  return open.map(({ stored, asked }) => viewApproval(place, stored, asked));
}

/** The same, with what is stored. The lock is taken only if something changed. */
export async function openRequests(ctx: Context, place: WorkPlace): Promise<OpenRequest[]> {
  const { approvals } = place.agent;
  if (approvals === undefined) return [];
  const seen = look(ctx, place);
  const isChanged = seen.fresh.length > 0 || seen.changes.size > 0 || seen.asks.ended.size > 0;
  const open = isChanged ? await update(ctx, place) : seen.open;
  if (open.length > 0) await touchHeartbeat(ctx, place.id);
  return open.flatMap((stored) => {
    const asked = approvals.read(stored.request);
    return asked === undefined ? [] : [{ stored, asked }];
  });
}

async function update(ctx: Context, place: WorkPlace): Promise<StoredApproval[]> {
  return await withLock(ctx, ...approvalsLock(place.id), async () => {
    // Another process may have done it meanwhile.
    const { open, fresh, changes, asks } = look(ctx, place);
    for (const [one, change] of changes) await settle(ctx, place.id, one, change);
    await takeNew(ctx, place, fresh, open.length);
    removeEnded(ctx, place.id, asks.ended);
    removeOldAnswers(ctx, place.id, asks.waiting);
    return readOpen(ctx, place.id);
  });
}

interface Found {
  open: StoredApproval[];
  /** names of requests that were not seen before */
  fresh: string[];
  changes: Map<StoredApproval, Change>;
  asks: Asks;
}

function look(ctx: Context, place: WorkPlace): Found {
  const { id, agent, container } = place;
  const open = readOpen(ctx, id);
  const asks = listAsks(ctx, id);
  const running = container?.running === true;
  const startedAt = Date.parse(container?.startedAt ?? "");
  const [oldest] = open;
  const signs: Signs = {
    asks,
    running,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    events: oldest === undefined ? [] : recentReports(ctx, id, Date.parse(oldest.askedAt)),
    programs: oldest === undefined ? [] : (agent.states?.programs(ctx, id) ?? []),
  };
  const changes = new Map<StoredApproval, Change>();
  for (const one of open) {
    const change = changeOf(ctx, place, one, open, signs);
    if (change !== undefined) changes.set(one, change);
  }
  const unknown = running ? [...asks.waiting].filter((name) => !hasAnswer(ctx, id, name)) : [];
  const known = new Set(unknown.length === 0 ? [] : [...open, ...closedOf(ctx, id)].map(({ uuid }) => uuid));
  return { open, asks, changes, fresh: unknown.filter((name) => !known.has(name)) };
}
