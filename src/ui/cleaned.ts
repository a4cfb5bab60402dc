import type { Question } from "../events.ts";
import type { CleanOutcome } from "../session/host-part.ts";
import { plain } from "../system/text.ts";
import { renderError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/** What has to be read before everything is removed. */
export function cleanQuestion(outcomes: readonly CleanOutcome[]): Extract<Question, { kind: "confirm" }> {
  const going = outcomes.filter(({ ok }) => ok).length;
  const detail = outcomes.flatMap((outcome) =>
    outcome.ok
      ? [
          `${outcome.name}  would be removed`,
          ...outcome.unsaved.map((line) => `- would be lost: ${line}`),
          ...(outcome.going ?? []).map((line) => `- would go along: ${line}`),
        ]
      : [`${outcome.name}  stays: ${outcome.error?.message ?? ""}`, ...outcome.unsaved.map((line) => `- ${line}`)],
  );
  return { kind: "confirm", text: going === 1 ? "Remove it?" : `Remove these ${going} sessions?`, detail };
}

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
