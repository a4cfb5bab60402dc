import type { ApprovalView } from "../../contract/work/approval.ts";
import { plain } from "../../system/text.ts";

/** One line about an answer that was given. */
export function renderAnswered({ id, session, kind, tool, answer }: ApprovalView): string {
  const what = kind === "approval" ? plain(tool) : kind === "plan" ? "the plan" : "the question";
  const where = `in ${plain(session)} (${plain(id)})`;
  if (answer?.decision === "allow") {
    const verb = kind === "answer" ? "Answered" : answer.always ? "Allowed from now on:" : "Allowed";
    return `${verb} ${what} ${where}.`;
  }
  return `Denied ${what} ${where}.`;
}
