import type { CleanOutcome } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { renderError } from "../errors.ts";
import { renderNext } from "../terminal/next.ts";
import { showNotes } from "../terminal/note.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Shows what `clean` removed, would remove or refused to remove, and what would be lost, one line each. */
export function showCleaned(
  terminal: Terminal,
  outcomes: readonly CleanOutcome[],
  options: { images: readonly string[]; dryRun: boolean },
): void {
  const { style, errStyle } = terminal;
  const done = options.dryRun ? "would be removed" : "removed";
  const removedToo = options.dryRun ? "would also be removed" : "also removed";
  const lost = options.dryRun ? "would be lost" : "lost";
  for (const outcome of outcomes) {
    const name = plain(outcome.name);
    if (outcome.ok) {
      terminal.out(`${style("green", "✔")} ${style("bold", name)}  ${done}`);
      for (const line of outcome.unsaved) terminal.out(`  ${lost}: ${plain(line)}`);
      for (const line of outcome.going ?? []) terminal.out(`  ${removedToo}: ${plain(line)}`);
    } else if (outcome.error !== undefined) {
      const { code, message, ...advice } = outcome.error;
      const width = terminal.errWidth;
      const next = renderNext(advice, { width: width - 2, style: errStyle }).map((line) => `  ${line}`);
      const unsaved = outcome.unsaved.map((line) => `  - ${plain(line)}`);
      const head = renderError({ code, message }, { width, style: errStyle, label: outcome.name });
      terminal.err([head, ...unsaved, ...next].join("\n"));
    }
    showNotes(terminal, outcome.notes);
  }
  for (const image of options.images) terminal.out(`${style("green", "✔")} image ${plain(image)}  ${done}`);
  if (outcomes.length === 0 && options.images.length === 0) terminal.err("Nothing to remove.");
}
