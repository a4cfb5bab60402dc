import { sessionJson } from "../../app/sessions/outcomes.ts";
import type { Outcome } from "../../session/types.ts";
import type { App } from "../process/app.ts";

/** The exit code of the first failure; 0 without one. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  return outcomes.find((outcome) => !outcome.ok)?.exitCode ?? 0;
}

/** Prints the outcome of each session, as text or as the contract's JSON. Returns the exit code. */
export async function showResults(app: App, outcomes: readonly Outcome[]): Promise<number> {
  if (app.globals.json) {
    app.json({ sessions: outcomes.map(sessionJson) });
  } else {
    const { showOutcomes } = await import("../../ui/sessions/outcomes.ts");
    showOutcomes(app.terminal, outcomes);
  }
  return exitCodeOf(outcomes);
}
