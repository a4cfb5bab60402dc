import { answerApproval, isStillOpen, showedApproval } from "../../app/work/approvals.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { renderCard } from "../../ui/agents/approval-card.ts";
import { renderAnswered } from "../../ui/agents/approval-result.ts";
import type { App } from "../process/app.ts";
import { askWhileOpen } from "./ask-while-open.ts";
import { openAgentOf } from "./open-agent-of.ts";

const through = "terminal";

/**
 * Shows open approvals on the terminal, one at a time, until each one was answered, skipped or retired. Those that come meanwhile
 * are shown, too.
 * @param read lists the open approvals
 * @returns how many were answered
 * @throws INTERRUPTED for Ctrl-C, which answers nothing
 */
export async function askApprovals(app: App, read: () => Promise<ApprovalView[]>): Promise<number> {
  const seen = new Set<string>();
  let answered = 0;
  for (;;) {
    const open = (await read()).filter(({ digest, host }) => !seen.has(`${host} ${digest}`));
    const [approval] = open;
    if (approval === undefined) return answered;
    seen.add(`${approval.host} ${approval.digest}`);
    if (await askOne(app, approval, { of: seen.size - 1 + open.length, n: seen.size })) answered += 1;
  }
}

async function askOne(app: App, approval: ApprovalView, place: { n: number; of: number }): Promise<boolean> {
  const { terminal } = app;
  const scope = await app.scope();
  const card = { now: app.now(), width: terminal.errWidth, style: terminal.errStyle };
  terminal.err(renderCard(approval, { ...card, place }));
  try {
    await showedApproval(scope, approval, through);
    const given = await askWhileOpen(terminal, scope, approval);
    if (given === "stop") throw new CoworkError("INTERRUPTED", "No answer was given to this one.");
    if (given === "skip") return false;
    if (given === "open") {
      await openAgentOf(app, approval);
      return (await isStillOpen(scope, approval)) && (await askOne(app, approval, place));
    }
    terminal.err(`  ${renderAnswered(await answerApproval(scope, approval, { ...given, through }))}\n`);
    return true;
  } catch (error) {
    const known = toCoworkError(error);
    if (known.code !== "APPROVAL_NOT_FOUND" && known.code !== "APPROVAL_CHANGED") throw known;
    terminal.err(`  ${known.message}\n`);
    return false;
  }
}
