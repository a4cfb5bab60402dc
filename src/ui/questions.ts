import type { Question } from "../events.ts";
import { plain } from "../system/text.ts";
import { renderFindings } from "./findings.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks a person, with No as the answer of a bare Enter. Ctrl-C and Escape are a no, too.
 * Only where `terminal.canAsk`.
 */
export async function askPerson(terminal: Terminal, question: Question, signal: AbortSignal): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  showQuestion(terminal, question);
  const answer = await confirm({
    message: question.kind === "trust" ? "Do you trust this configuration, on this host?" : plain(question.text),
    initialValue: false,
    input: terminal.streams.stdin,
    output: terminal.streams.stderr,
    signal,
  });
  return answer === true;
}

/** What has to be read before the answer; also shown where nobody can be asked. */
export function showQuestion(terminal: Terminal, question: Question): void {
  if (question.kind === "confirm") {
    for (const line of question.detail ?? []) terminal.err(`  ${plain(line)}`);
    return;
  }
  terminal.err(
    `The dev container configuration of ${plain(question.project)} (${plain(question.projectRoot)}) reaches this host:`,
  );
  terminal.err(renderFindings(question.findings, terminal.errStyle));
}
