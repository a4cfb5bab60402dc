import type { Question } from "../contract/questions.ts";
import type { SecretQuestion } from "../events.ts";
import { plain } from "../system/text.ts";
import { renderFindings } from "./sessions/findings.ts";
import type { Terminal } from "./terminal/terminal.ts";

/**
 * Asks a yes/no question. Enter means no; null: Ctrl-C or Escape, which does not answer it.
 * Only where `terminal.canAsk`.
 */
export async function askPerson(
  terminal: Terminal,
  question: YesNoQuestion,
  signal: AbortSignal,
): Promise<boolean | null> {
  const { confirm, settings } = await import("@clack/prompts");
  // Otherwise an "l" in a line that is typed too early moves the answer to yes, and Enter confirms it.
  for (const key of ["h", "j", "k", "l"]) settings.aliases.delete(key);
  showQuestion(terminal, question);
  const answer = await confirm({
    message: sentence(question),
    initialValue: false,
    input: terminal.streams.stdin,
    output: terminal.streams.stderr,
    signal,
  });
  return typeof answer === "symbol" ? null : answer;
}

/**
 * Asks for a secret, which is hidden while it is typed unless the question allows echo. Returns undefined for Ctrl-C and Escape.
 * Only where `terminal.canAsk`.
 */
export async function askPersonSecret(
  terminal: Terminal,
  question: SecretQuestion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { password, text } = await import("@clack/prompts");
  for (const line of question.detail ?? []) terminal.err(`  ${plain(line)}`);
  const { stdin: input, stderr: output } = terminal.streams;
  const options = { message: plain(question.text), input, output, signal };
  const answer = await (question.echo ? text(options) : password(options));
  // Enter alone is an answer, too.
  if (typeof answer === "symbol") return undefined;
  return answer ?? "";
}

/** Lets the user choose. Returns the chosen value, or false for Ctrl-C and Escape. Only where `terminal.canAsk`. */
export async function askChoice(
  terminal: Terminal,
  question: Extract<Question, { kind: "choice" }>,
  signal: AbortSignal,
): Promise<string | false> {
  const { select } = await import("@clack/prompts");
  const answer = await select<string>({
    message: plain(question.text),
    options: question.choices.map(({ value, label }) => ({ value, label: plain(label) })),
    maxItems: 12,
    input: terminal.streams.stdin,
    output: terminal.streams.stderr,
    signal,
  });
  return typeof answer === "symbol" ? false : answer;
}

type YesNoQuestion = Exclude<Question, { kind: "choice" }>;

function sentence(question: YesNoQuestion): string {
  if (question.kind === "trust") {
    return question.about === "agent" ? "Let these settings count?" : "Trust this configuration on this host?";
  }
  return question.kind === "host-key" ? "Is this the host's key?" : plain(question.text);
}

/** Shows what the user has to read before answering. It is shown even where no one can answer. */
export function showQuestion(terminal: Terminal, question: YesNoQuestion): void {
  if (question.kind === "confirm") {
    for (const line of question.detail ?? []) terminal.err(`  ${plain(line)}`);
    return;
  }
  if (question.kind === "host-key") {
    terminal.err(`The host ${plain(question.host)} (${plain(question.address)}) is not known yet. Its key is:`);
    terminal.err(`  ${plain(question.keyType)} ${plain(question.fingerprint)}`);
    return;
  }
  if (question.about === "agent") {
    terminal.err(`The repository of ${plain(question.project)} brings settings for the agent in its sessions:`);
    terminal.err(renderFindings(question.findings, terminal.errStyle));
    return;
  }
  terminal.err(
    `The dev container configuration of ${plain(question.project)} (${plain(question.projectRoot)}) affects this host:`,
  );
  terminal.err(renderFindings(question.findings, terminal.errStyle));
}
