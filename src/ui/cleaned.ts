import type { CleanOutcome } from "../session/session-host.ts";
import { plain } from "../system/text.ts";
import { renderError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/** What `clean` removed, refused to remove, or would: with what would be lost, each in a line. */
export function showCleaned(
  terminal: Terminal,
  outcomes: readonly CleanOutcome[],
  options: { images: readonly string[]; dryRun: boolean },
): void {
  const { style, errStyle } = terminal;
  const done = options.dryRun ? "would be removed" : "removed";
  const along = options.dryRun ? "would go along" : "went along";
  const lost = options.dryRun ? "would be lost" : "lost";
  for (const outcome of outcomes) {
    const name = plain(outcome.name);
    if (outcome.ok) {
      terminal.out(`${style("green", "✔")} ${style("bold", name)}  ${done}`);
      for (const line of outcome.unsaved) terminal.out(`  ${lost}: ${plain(line)}`);
      for (const line of outcome.going ?? []) terminal.out(`  ${along}: ${plain(line)}`);
    } else if (outcome.error !== undefined) {
      const [first, ...rest] = renderError(outcome.error, { style: errStyle, label: outcome.name }).split("\n");
      const unsaved = outcome.unsaved.map((line) => `  - ${plain(line)}`);
      terminal.err([first, ...unsaved, ...rest].join("\n"));
    }
    for (const note of outcome.notes) terminal.err(`  ${errStyle("yellow", "note:")} ${plain(note)}`);
  }
  for (const image of options.images) terminal.out(`${style("green", "✔")} image ${plain(image)}  ${done}`);
  if (outcomes.length === 0 && options.images.length === 0) terminal.err("There is nothing to remove.");
}
