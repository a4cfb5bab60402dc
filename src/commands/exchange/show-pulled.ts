import type { ChangesResult } from "../../clone/exchange/pull-changes.ts";
import type { PullResult } from "../../clone/exchange/pull.ts";
import { plain } from "../../system/text.ts";
import { renderApplied, renderPulled } from "../../ui/exchange/exchange.ts";
import { showNotes } from "../../ui/terminal/note.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";

/** Shows what `pull` did, and the next step. */
export function showPulled(terminal: Terminal, result: PullResult | ChangesResult): void {
  if ("applied" in result) {
    for (const line of renderApplied(result.applied)) terminal.out(line);
    if (result.applied.files.length === 0) terminal.err("  Nothing to apply: the working tree has everything.");
    showNotes(terminal, result.notes);
    if (result.applied.files.length > 0) terminal.err("  Next: git diff --cached");
    return;
  }
  const { refs, notes } = result;
  for (const pulled of refs) terminal.out(renderPulled(pulled));
  if (refs.length === 0) terminal.err("  Nothing to pull: the project has everything.");
  showNotes(terminal, notes);
  const [first] = [...refs.filter(({ state }) => state !== "unchanged"), ...refs];
  if (first !== undefined) terminal.err(`  Next: git log ${plain(first.ref.replace(/^refs\/heads\//, ""))}`);
}
