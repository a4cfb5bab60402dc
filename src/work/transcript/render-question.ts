import type { ApprovalView } from "../../contract/work/approval.ts";
import type { RunView } from "../../contract/work/run.ts";
import { plain } from "../../system/text.ts";

/** Lines of a question that are shown; `cowork approvals` shows it whole. */
const maxLines = 10;

/** A question that waits for a person. */
export function renderQuestion({ id, kind, tool, text }: ApprovalView): string[] {
  const what = { approval: `approval for ${tool}`, answer: "an answer", plan: "approval of its plan" }[kind];
  const lines = text.split("\n");
  const shown = lines.slice(0, maxLines).map((line) => `  ${line.slice(0, 500)}`);
  const more = lines.length - shown.length;
  const rest = more > 0 ? [`  … (${more} more ${more === 1 ? "line" : "lines"})`] : [];
  return [`? waits for ${plain(what)} (${id})`, ...shown, ...rest, "  Next: cowork approvals"];
}

/** How a run begins in a log. */
export function renderRunStart({ id, action, title }: RunView): string {
  return plain(`── run ${id}, ${action}: ${title}`);
}

/** What a run does other than working. Undefined while it works. */
export function renderRunState({ id, state, reason, detail }: RunView): string | undefined {
  if (state === "running") return undefined;
  const why = [reason, detail].filter((one) => one !== undefined).join(": ");
  const words = {
    created: "has not started yet",
    waiting: "waits",
    completed: "completed",
    failed: "failed",
    stopped: "stopped",
  };
  return plain(`── run ${id} ${words[state]}${why === "" ? "" : ` (${why.slice(0, 500)})`}`);
}
