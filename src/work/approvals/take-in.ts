import type { AskedApproval } from "../../agent/at-work.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import type { WorkPlace } from "../types.ts";
import { hasAnswer, removeOldAnswers, touchHeartbeat } from "./answers.ts";
import { listAsks, removeEnded } from "./asks-folder.ts";
import { approvalsLock } from "./lock.ts";
import { recentReports } from "./recent-reports.ts";
import type { Signs } from "./retire.ts";
import { settle } from "./settle.ts";
import { readStored, removeOldest } from "./store.ts";
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

/** The same, with what is stored. */
export async function openRequests(ctx: Context, place: WorkPlace): Promise<OpenRequest[]> {
  const { approvals } = place.agent;
  if (approvals === undefined) return [];
  const signs = signsOf(ctx, place, readStored(ctx, place.id));
  const isIdle = signs.open.length === 0 && signs.fresh.length === 0;
  if (isIdle && signs.asks.ended.size === 0) return [];
  const now = await withLock(ctx, ...approvalsLock(place.id), async () => {
    // Another process may have done it meanwhile.
    const all = readStored(ctx, place.id);
    const { open, fresh, ...rest } = signsOf(ctx, place, all);
    for (const one of open) await settle(ctx, place, one, open, rest);
    await takeNew(ctx, place, fresh, all);
    removeEnded(ctx, place.id, rest.asks.ended);
    removeOldest(ctx, place.id, all);
    removeOldAnswers(ctx, place.id, rest.asks.waiting);
    return readStored(ctx, place.id).filter(({ state }) => state === "open");
  });
  if (now.length > 0) await touchHeartbeat(ctx, place.id);
  return now.flatMap((stored) => {
    const asked = approvals.read(stored.request);
    return asked === undefined ? [] : [{ stored, asked }];
  });
}

interface Found extends Signs {
  open: StoredApproval[];
  /** names of requests that were not seen before */
  fresh: string[];
}

function signsOf(ctx: Context, { id, agent, container }: WorkPlace, all: readonly StoredApproval[]): Found {
  const asks = listAsks(ctx, id);
  const open = all.filter(({ state }) => state === "open");
  const known = new Set(all.map(({ uuid }) => uuid));
  const running = container?.running === true;
  const fresh = running ? [...asks.waiting].filter((name) => !known.has(name) && !hasAnswer(ctx, id, name)) : [];
  const startedAt = Date.parse(container?.startedAt ?? "");
  const [oldest] = open;
  return {
    asks,
    open,
    fresh,
    running,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    events: oldest === undefined ? [] : recentReports(ctx, id, Date.parse(oldest.askedAt)),
    programs: oldest === undefined ? [] : (agent.states?.programs(ctx, id) ?? []),
  };
}
