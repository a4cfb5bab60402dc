import type { SessionWork } from "../../contract/work/calls.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { requireCompleted } from "./follow-run.ts";
import { hasReached, isAtRest, type WaitGoal } from "./wait-goal.ts";

/** A session that is waited for, as it was last seen. */
export interface Watched {
  work: SessionWork;
  host: string;
  /** it does not exist any more */
  removed: boolean;
  /** a run was active while it was watched */
  wasActive: boolean;
}

/** A session as it was when the waiting ended. */
export interface Waited extends SessionWork {
  host: string;
  /** what was waited for has happened */
  reached: boolean;
}

export interface WaitOutcome {
  sessions: Waited[];
  /** why it is not what the user wants: WAIT_TIMEOUT, RUN_FAILED, SESSION_NOT_FOUND, APPROVAL_NOT_FOUND */
  error?: CoworkError;
}

interface Wanted {
  goal: WaitGoal;
  any: boolean;
  /** every host has answered */
  isComplete: boolean;
  isLate: boolean;
}

/** Decides whether the waiting is over, and how it ended. Pure. */
export function waitOutcome(watched: readonly Watched[], wanted: Wanted): WaitOutcome | undefined {
  const { goal, any, isComplete, isLate } = wanted;
  const sessions = watched.map(({ work, host, removed }): Waited => {
    return { ...work, host, reached: !removed && hasReached(work, goal) };
  });
  const ended = (error: CoworkError | undefined): WaitOutcome => ({ sessions, ...(error && { error }) });
  if (isComplete && watched.length === 0) return ended(nothingToWaitFor());
  const reached = sessions.filter((one) => one.reached);
  const missed = watched.flatMap((one) => missedBy(one, goal) ?? []);
  if (any && reached.length > 0) return ended(failureOf(reached, goal));
  if (any && isComplete && missed.length === watched.length) return ended(missed[0]);
  if (!any && missed.length > 0) return ended(missed[0]);
  if (!any && isComplete && reached.length === watched.length) return ended(failureOf(reached, goal));
  return isLate ? ended(timedOut(sessions, goal)) : undefined;
}

/** Why a session will never reach the goal. */
function missedBy({ work, removed, wasActive }: Watched, goal: WaitGoal): CoworkError | undefined {
  const { name, run, agentState } = work;
  if (removed) {
    const message = `Session ${plain(name)} does not exist any more.`;
    return new CoworkError("SESSION_NOT_FOUND", message, { hint: [ownCommand("list")] });
  }
  if (goal !== "waiting" || !wasActive || hasReached(work, goal)) return undefined;
  if (run === undefined || isActive(run) || !isAtRest(agentState)) return undefined;
  return (
    failureOf([work], "done") ??
    new CoworkError("APPROVAL_NOT_FOUND", `Run ${plain(run.id)} ended without a question.`, {
      hint: [ownCommand("runs", plain(run.id))],
    })
  );
}

function failureOf(sessions: readonly SessionWork[], goal: WaitGoal): CoworkError | undefined {
  if (goal !== "done") return undefined;
  try {
    requireCompleted(sessions.flatMap(({ run }) => run ?? []));
    return undefined;
  } catch (error) {
    if (error instanceof CoworkError) return error;
    throw error;
  }
}

function timedOut(sessions: readonly Waited[], goal: WaitGoal): CoworkError {
  const pending = sessions.filter(({ reached }) => !reached).map(({ name }) => plain(name));
  const shown = pending.length > 5 ? [...pending.slice(0, 5), `${pending.length - 5} more`] : pending;
  const [first = "the session"] = pending;
  const message = `${shown.join(", ")} ${pending.length > 1 ? "are" : "is"} not ${goal} in time.`;
  return new CoworkError("WAIT_TIMEOUT", message, { hint: [ownCommand("list"), " or ", ownCommand("logs", first)] });
}

function nothingToWaitFor(): CoworkError {
  return new CoworkError("SESSION_NOT_FOUND", "There is no session to wait for.", {
    hint: [ownCommand("list", "--all")],
  });
}
