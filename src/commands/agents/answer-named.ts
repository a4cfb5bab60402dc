import { answerApproval, findApproval, showedApproval, type Decision } from "../../app/work/approvals.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { renderCard } from "../../ui/agents/approval-card.ts";
import { renderAnswered } from "../../ui/agents/approval-result.ts";
import type { App } from "../process/app.ts";

const through = "command";

/**
 * Answers the approval that a word of the command line names.
 * @param decide what to answer; may print
 * @throws APPROVAL_NOT_SHOWN if it is named by its session and no one has seen it yet; then it is printed
 */
export async function answerNamed(
  app: App,
  word: string,
  verb: "approve" | "deny",
  decide: (approval: ApprovalView) => Omit<Decision, "through">,
): Promise<number> {
  const scope = await app.scope();
  const { approval, by } = await findApproval(scope, word, verb);
  if (by === "session" && approval.shownAt === undefined) {
    const { errWidth: width, errStyle: style } = app.terminal;
    app.terminal.err(renderCard(approval, { now: app.now(), width, style }));
    await showedApproval(scope, approval, through);
    throw new CoworkError("APPROVAL_NOT_SHOWN", `What ${plain(word)} asks had not been shown before.`, {
      hint: [ownCommand(verb, word)],
    });
  }
  const answered = await answerApproval(scope, approval, { ...decide(approval), through });
  if (app.globals.json) return app.json({ approval: answered });
  app.terminal.out(renderAnswered(answered));
  return 0;
}
