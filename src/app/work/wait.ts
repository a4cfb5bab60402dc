import type { SessionWork } from "../../contract/work/calls.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { SessionHost } from "../../session/session-host.ts";
import { findSessions, type Found, type SessionWords } from "../find/find-sessions.ts";
import type { Context } from "../../system/context.ts";
import type { Scope } from "../scope.ts";
import { askTarget, hostTargets, type HostTarget } from "./ask-hosts.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { waitOutcome, type WaitOutcome, type Watched } from "./wait-outcome.ts";
import type { WaitWanted } from "./wait-goal.ts";

/** A look at 50 sessions costs some CPU. */
const pollMs = { few: 1_000, many: 3_000 };
const few = 10;
/** Files say what agents reported; only a look at the processes finds one that was killed. */
const checkMs = 20_000;
/** Timers stand still while the machine sleeps, the clock does not. */
const longestSleepMs = 30_000;

/** The sessions of one host. */
interface Watch {
  target: HostTarget;
  sessions: Watched[];
  checkedAt: number;
}

/**
 * Waits until sessions have reached a goal: all of them, or with `any` one. Only reads. A host that goes away is asked until it is
 * back, and the others go on meanwhile.
 * @param onWaiting called once if it has to wait, with the names
 * @throws USAGE, SESSION_NOT_FOUND; HOST_UNREACHABLE if the only host never answers; INTERRUPTED
 */
export async function waitForSessions(
  scope: Scope,
  wanted: WaitWanted & SessionWords,
  onWaiting?: (names: readonly string[]) => void,
): Promise<WaitOutcome> {
  const found = await findSessions(scope, wanted, { verb: "wait", outside: "all" });
  if (wanted.goal !== "merged") return await waitForFound(scope.ctx, found, wanted, onWaiting);
  const { waitForMerged } = await import("../merging/wait-merged.ts");
  return await waitForMerged(scope.ctx, found, wanted, onWaiting ?? (() => undefined));
}

/** The same for sessions that were found already. */
export async function waitForFound(
  ctx: Context,
  found: readonly Found[],
  wanted: WaitWanted,
  onWaiting: (names: readonly string[]) => void = () => undefined,
): Promise<WaitOutcome> {
  const targets = await hostTargets(found);
  const watches = targets.map((target): Watch => ({ target, sessions: [], checkedAt: Number.NEGATIVE_INFINITY }));
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal]);
  const now = (): number => ctx.clock.now().getTime();
  const end = now() + (wanted.timeoutMs ?? Number.POSITIVE_INFINITY);
  let isReported = false;
  const judge = (): WaitOutcome | undefined => {
    const sessions = watches.flatMap((watch) => watch.sessions);
    const isComplete = targets.every(({ known }) => known);
    const outcome = waitOutcome(sessions, { ...wanted, isComplete, isLate: now() >= end });
    if (outcome === undefined && !isReported && targets.every(({ known, away }) => known || away)) {
      isReported = true;
      onWaiting(sessions.map(({ work }) => work.name));
    }
    return outcome;
  };
  const watchHost = async (watch: Watch): Promise<WaitOutcome> => {
    for (;;) {
      await look(watch, now(), { isOnly: watches.length === 1, isPatient: true, signal });
      const outcome = judge();
      if (outcome !== undefined) return outcome;
      await ctx.clock.sleep(watch.sessions.length > few ? pollMs.many : pollMs.few, signal);
    }
  };
  /** Hosts that do not answer do not keep the time-out from happening. */
  const timeOut = async (): Promise<WaitOutcome> => {
    for (;;) {
      await ctx.clock.sleep(Math.max(1, Math.min(end - now(), longestSleepMs)), signal);
      const outcome = now() >= end ? judge() : undefined;
      if (outcome !== undefined) return outcome;
    }
  };
  try {
    return await Promise.race([...watches.map(watchHost), timeOut()]);
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    over.abort();
  }
}

async function look(
  watch: Watch,
  now: number,
  options: { isOnly: boolean; isPatient: boolean; signal: AbortSignal },
): Promise<void> {
  const { target } = watch;
  // Without names it would be all of the project.
  if (target.selector.names?.length === 0) return;
  const check = now - watch.checkedAt >= checkMs;
  try {
    const asked = await askTarget(target, async (host) => await host.work(target.selector, { check }), options);
    if (asked === undefined) return;
    if (check) watch.checkedAt = now;
    const isNamed = target.selector.names !== undefined;
    const kept = isNamed ? watch.sessions : [];
    watch.sessions = [...kept.filter(({ removed }) => removed), ...asked.answer.map((work) => seenNow(watch, work))];
  } catch (error) {
    if (!target.known || !isNotFound(error)) throw error;
    await askTarget(target, async (host) => await findRemoved(watch, host), options);
  }
}

function seenNow({ sessions, target }: Watch, work: SessionWork): Watched {
  const before = sessions.find((one) => one.work.sessionId === work.sessionId);
  const hasActiveRun = work.run !== undefined && isActive(work.run);
  return { work, host: target.host, removed: false, wasActive: hasActiveRun || before?.wasActive === true };
}

/** One of the named sessions is gone, and the host did not answer about the others because of it. */
async function findRemoved(watch: Watch, host: SessionHost): Promise<void> {
  const { target } = watch;
  for (const one of watch.sessions.filter(({ removed }) => !removed)) {
    try {
      await host.work({ ...target.selector, names: [one.work.name] }, { check: false });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      one.removed = true;
    }
  }
  const names = watch.sessions.filter(({ removed }) => !removed).map(({ work }) => work.name);
  target.selector = { ...target.selector, names };
}

function isNotFound(error: unknown): boolean {
  return error instanceof CoworkError && error.code === "SESSION_NOT_FOUND";
}
