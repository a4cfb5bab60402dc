import type { ApprovalView } from "../../contract/work/approval.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

type Question = NonNullable<ApprovalView["questions"]>[number];

/**
 * The chosen labels of each question, from words of a command line: labels or their numbers. All words are for the only question,
 * otherwise there is one word for each; it may name several answers, with commas. Pure.
 * @throws USAGE
 */
export function choicesFor(approval: ApprovalView, words: readonly string[]): string[][] | undefined {
  const { questions, id } = approval;
  if (questions === undefined) {
    if (words.length === 0) return undefined;
    throw usageError(`${plain(id)} does not ask a question: it takes no choice.`, `cowork approve ${plain(id)}`);
  }
  const [only, ...others] = questions;
  if (only !== undefined && others.length === 0) return [words.flatMap((word) => labelsFor(only, word, id))];
  if (words.length !== questions.length)
    throw usageError(`${plain(id)} has ${questions.length} questions: choose an answer for each.`, example(approval));
  return questions.map((question, n) => labelsFor(question, words[n] ?? "", id));
}

/** @throws USAGE if the question has no such answer */
export function labelsFor(question: Question, word: string, id: string): string[] {
  const { options, multiple } = question;
  const find = (text: string): string | undefined =>
    options.find(({ label }) => label === text)?.label ??
    (/^[1-9]\d?$/.test(text) ? options[Number(text) - 1]?.label : undefined);
  const whole = find(word);
  if (whole !== undefined) return [whole];
  const parts = multiple ? word.split(",").map((part) => find(part.trim())) : [];
  if (parts.length > 1 && parts.every((part) => part !== undefined)) return parts;
  const labels = options.map(({ label }, n) => `${n + 1} ${plain(label)}`).join(", ");
  throw usageError(
    `${plain(word)} is not an answer to “${plain(question.question)}”: ${labels}.`,
    `cowork approve ${plain(id)} 1`,
  );
}

function example({ id, questions = [] }: ApprovalView): string {
  return `cowork approve ${plain(id)} ${questions.map(() => "1").join(" ")}`;
}
