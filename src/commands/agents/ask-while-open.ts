import { isStillOpen } from "../../app/work/approvals.ts";
import { labelsFor } from "../../app/work/choices.ts";
import type { Scope } from "../../app/scope.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError } from "../../errors.ts";
import { askApproval, type CardAnswer } from "../../ui/agents/approval-question.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";

const pollMs = 2_000;

/** Asks, and gives up when the request was answered elsewhere. @throws APPROVAL_NOT_FOUND then */
export async function askWhileOpen(
  terminal: Terminal,
  scope: Scope,
  approval: ApprovalView,
): Promise<CardAnswer | "skip" | "open" | "stop"> {
  const over = new AbortController();
  const done = new AbortController();
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await scope.ctx.clock.sleep(pollMs, done.signal);
      if (await isStillOpen(scope, approval)) continue;
      over.abort(new CoworkError("APPROVAL_NOT_FOUND", "It was decided elsewhere."));
      return;
    }
  };
  // A host that does not answer for a moment decides nothing.
  watch().catch(() => undefined);
  const signal = AbortSignal.any([scope.ctx.signal, over.signal]);
  try {
    const readChoice = (question: NonNullable<ApprovalView["questions"]>[number], typed: string): string[] =>
      labelsFor(question, typed, approval.id);
    return await askApproval(terminal, approval, { signal, readChoice });
  } finally {
    done.abort();
  }
}
