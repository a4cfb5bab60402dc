import type { ApprovalView } from "../../contract/work/approval.ts";
import type { Style } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";
import { firstLine } from "../../system/text.ts";
import { ago } from "../terminal/units.ts";

/** What waits for an answer, one line each; the text of a request is cut. */
export function renderApprovals(
  approvals: readonly ApprovalView[],
  options: { now: Date; width: number; style: Style },
): string {
  const several = new Set(approvals.map(({ project }) => project)).size > 1;
  const columns = [{ title: "ID" }, { title: "SESSION" }, { title: "ASKED" }, { title: "WHAT", min: 12 }];
  const rows = approvals.map((one) => [
    { text: one.id },
    { text: several ? `${one.project}/${one.session}` : one.session },
    { text: ago(one.askedAt, options.now) },
    { text: whatOf(one) },
  ]);
  return renderTable(columns, rows, options);
}

function whatOf({ kind, tool, text }: ApprovalView): string {
  const [what, line] = [kind === "approval" ? tool : kind, firstLine(text)];
  return line === "" ? `${what} (empty)` : `${what}: ${line}`;
}
