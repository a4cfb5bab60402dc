import type { ApprovalView } from "../../contract/work/approval.ts";
import type { SessionView } from "../../session/types.ts";
import { openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { inTime } from "../work/approvals.ts";

/**
 * Open approvals on these hosts: those of the session first, then the oldest. A host that does not answer in three seconds is left
 * out, unless it is this machine.
 */
export async function openQuestions(
  scope: Scope,
  hosts: Iterable<string>,
  first: SessionView | undefined,
): Promise<ApprovalView[]> {
  const each = await Promise.all([...hosts].map(async (host) => await onHost(scope, host)));
  const isFirst = ({ sessionId, host }: ApprovalView): boolean => sessionId === first?.id && host === first.host;
  return each
    .flat()
    .filter(({ state }) => state === "open")
    .toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || Date.parse(a.askedAt) - Date.parse(b.askedAt));
}

async function onHost(scope: Scope, host: string): Promise<ApprovalView[]> {
  const part = await openHost(scope, host);
  if (host === "local") return await part.approvals({});
  return await inTime(scope, host, part.approvals({})).catch(() => []);
}
