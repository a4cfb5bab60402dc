import type { ErrorView } from "../../errors.ts";
import type { CleanOutcome } from "../../session/session-host.ts";
import type { Outcome, SessionView } from "../../session/types.ts";
import type { Scope } from "../scope.ts";

/** Sends a note to the user. */
export function tellNote(scope: Scope, text: string): void {
  scope.tell({ type: "note", session: "", data: { text } });
}

/** Sends an event with the state of each session. Returns the outcomes. */
export function tellStates<T extends Outcome>(scope: Scope, outcomes: T[]): T[] {
  for (const { name, session, host = "local" } of outcomes) {
    if (session === undefined) continue;
    const { id, state } = session;
    scope.tell({ type: "session-state", session: name, host, data: { id, state } });
  }
  return outcomes;
}

/** A session's outcome as the contract's JSON. A failed session is included even if nothing of it exists yet. */
export function sessionJson(outcome: Outcome): Partial<SessionView> & { name: string; error?: ErrorView } {
  const { name, ok, session, error, host = "local" } = outcome;
  const base = session ?? { name, host };
  if (ok) return { ...base, name };
  return { ...base, name, state: "failed", ...(error === undefined ? {} : { error }) };
}

export function cleanJson(outcome: CleanOutcome): Record<string, unknown> {
  const { name, host = "local", ok, error, unsaved, going = [], removed } = outcome;
  return {
    name,
    host,
    ...(ok ? {} : { state: "failed", error }),
    unsaved,
    ...(going.length === 0 ? {} : { going }),
    removed,
  };
}
