import type { OneSession, Selector } from "../../contract/requests.ts";
import type { ApprovalAnswer, ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

export async function listApprovals(_ctx: Context, _selector: Selector): Promise<ApprovalView[]> {
  throw new CoworkError("INTERNAL", "not built");
}
export async function markShown(
  _ctx: Context,
  _selector: OneSession,
  _shown: { id: string; digest: string; by: string; through: string },
): Promise<ApprovalView> {
  throw new CoworkError("INTERNAL", "not built");
}
export async function answerApproval(
  _ctx: Context,
  _selector: OneSession,
  _answer: ApprovalAnswer,
): Promise<ApprovalView> {
  throw new CoworkError("INTERNAL", "not built");
}
