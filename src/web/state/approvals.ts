import { signal } from "@preact/signals";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { call } from "../api/call.ts";
import { keepSame, refresher } from "./refresh.ts";

/** Undefined until the first answer. */
export const approvals = signal<ApprovalView[] | undefined>(undefined);

/** `{id}@{host}`, as routes take it. */
export function approvalKey({ id, host }: ApprovalView): string {
  return `${id}@${host}`;
}

/** Leaves one out that was just answered, before the list is loaded again. */
export function dropApproval(key: string): void {
  approvals.value = approvals.peek()?.filter((one) => approvalKey(one) !== key);
}

export const loadApprovals = refresher(async () => {
  const answer = await call("GET /approvals", {});
  const open = answer.approvals.filter(({ state }) => state === "open");
  approvals.value = keepSame(approvals.peek() ?? [], open, (one) => `${approvalKey(one)} ${one.digest}`);
});
