import { signal } from "@preact/signals";
import type { Changed, FeedEvent } from "../../contract/http/events.ts";
import type { SseMessage } from "../api/parse-sse.ts";
import { follow } from "../api/stream.ts";
import { loadApprovals } from "./approvals.ts";
import { loadOperations } from "./operations.ts";
import { loadHosts, loadProjects } from "./places.ts";
import { loadRuns } from "./runs.ts";
import { loadDetails, loadSessions } from "./sessions.ts";

/** The newest event of the stream. */
export const newest = signal<FeedEvent | undefined>(undefined);

/** Grows with each `reset`: lists of events load again. */
export const resets = signal(0);

const listeners = new Set<(event: FeedEvent) => void>();

/** @returns a function that ends it */
export function onEvent(listener: (event: FeedEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Loads what every view needs, then follows the stream until the signal ends it. */
export async function goLive(signalOfEnd: AbortSignal): Promise<void> {
  await Promise.allSettled([loadSessions(), loadApprovals()]);
  await follow(signalOfEnd, take);
}

function take(message: SseMessage): void {
  if (message.event === "ready" || message.event === "reset") {
    if (message.event === "reset") resets.value += 1;
    loadAll();
    return;
  }
  const data: unknown = JSON.parse(message.data);
  if (message.event === "changed") changed(data as Changed);
  if (message.event === "event") arrived(data as FeedEvent);
}

function loadAll(): void {
  quietly(loadSessions, loadApprovals, loadOperations, loadHosts, loadProjects, loadRuns, loadDetails);
}

function changed({ what }: Changed): void {
  if (what === "sessions") quietly(loadSessions);
  if (what === "approvals") quietly(loadApprovals, loadSessions);
  if (what === "hosts") quietly(loadHosts, loadSessions);
  if (what === "operations") quietly(loadOperations, loadSessions);
}

function arrived(event: FeedEvent): void {
  newest.value = event;
  for (const listener of listeners) listener(event);
  quietly(loadSessions);
  if (event.type.startsWith("approval.")) quietly(loadApprovals);
  if (event.type.startsWith("run.")) quietly(loadRuns);
  // Work was done since the last look.
  if (/^(?:agent\.(?:idle|ended|waiting)|run\.ended)/.test(event.type)) quietly(loadDetails);
}

/** The page shows that the server does not answer; the stream loads all again when it does. */
function quietly(...loads: (() => Promise<void>)[]): void {
  for (const load of loads) void load().catch(() => undefined);
}
