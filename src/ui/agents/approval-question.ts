import type { ApprovalAnswer, ApprovalView } from "../../contract/work/approval.ts";
import { plain } from "../../system/text.ts";
import { readLine } from "../terminal/read-line.ts";
import type { Terminal } from "../terminal/terminal.ts";

export type CardAnswer = Pick<ApprovalAnswer, "decision" | "message" | "choices" | "always">;

/** Labels of one question for what was typed; throws an error whose message says what is possible. */
export type ReadChoice = (question: NonNullable<ApprovalView["questions"]>[number], typed: string) => string[];

/**
 * Asks on the terminal for the answer to a request that has just been shown. Nothing but a key and Enter answers.
 * @returns "skip" for Enter alone, "open" to go to the agent first, "stop" for Ctrl-C
 * @throws the reason of the signal, which is aborted when the request needs no answer any more
 */
export async function askApproval(
  terminal: Terminal,
  approval: ApprovalView,
  options: { signal: AbortSignal; readChoice: ReadChoice },
): Promise<CardAnswer | "skip" | "open" | "stop"> {
  const ask = async (prompt: string): Promise<string | undefined> => await readLine(terminal, prompt, options.signal);
  for (;;) {
    const typed = (await ask("  › "))?.trim();
    if (typed === undefined) return "stop";
    if (typed === "") return "skip";
    if (typed === "o") return "open";
    if (typed === "n") return { decision: "deny" };
    if (typed === "m") {
      const message = (await ask("  because › "))?.trim();
      if (message === undefined) return "stop";
      if (message !== "") return { decision: "deny", message };
      continue;
    }
    if (typed === "r" && approval.kind === "approval" && approval.rules.length > 0) {
      const sure = await confirmRules(terminal, approval, ask);
      if (sure !== "back") return sure;
      continue;
    }
    if (typed === "y" && approval.kind !== "answer") return { decision: "allow" };
    if (approval.kind === "answer") {
      const choices = await askChoices(terminal, approval, typed, { ask, readChoice: options.readChoice });
      if (choices === "stop") return "stop";
      if (choices !== undefined) return { decision: "allow", choices };
      continue;
    }
    terminal.err("  This cannot be answered like that: type one of the keys, then Enter.");
  }
}

/** The rules are shown before they count. */
async function confirmRules(
  terminal: Terminal,
  { rules }: ApprovalView,
  ask: (prompt: string) => Promise<string | undefined>,
): Promise<CardAnswer | "back" | "stop"> {
  terminal.err("  From now on, in this session, the agent may do this without asking:");
  for (const rule of rules) terminal.err(`  │ ${plain(rule)}`);
  terminal.err("  y yes, always   ⏎ back");
  const sure = (await ask("  › "))?.trim();
  if (sure === undefined) return "stop";
  return sure === "y" ? { decision: "allow", always: [...rules] } : "back";
}

/** The first answer was typed already; the other questions follow one by one. */
async function askChoices(
  terminal: Terminal,
  { questions = [] }: ApprovalView,
  first: string,
  { ask, readChoice }: { ask: (prompt: string) => Promise<string | undefined>; readChoice: ReadChoice },
): Promise<string[][] | "stop" | undefined> {
  const choices: string[][] = [];
  for (const [n, question] of questions.entries()) {
    const typed = n === 0 ? first : await ask(`  ${plain(question.header || question.question)} › `);
    if (typed === undefined) return "stop";
    try {
      choices.push(readChoice(question, typed.trim()));
    } catch (error) {
      terminal.err(`  ${plain(error instanceof Error ? error.message : String(error))}`);
      return undefined;
    }
  }
  return choices;
}
