import type { AskedApproval } from "../../agent/at-work.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { visibleQuestion } from "./view.ts";

type Questions = NonNullable<AskedApproval["questions"]>;

/**
 * The labels, as the agent wrote them, for those that a person chose from what was shown. Pure.
 * @throws USAGE for a label that a question does not have, and for a question without an answer or with too many
 */
export function readChoices(
  id: string,
  questions: Questions,
  choices: readonly (readonly string[])[] = [],
): string[][] {
  return questions.map((question, n) => {
    const shown = visibleQuestion(question);
    const labels = shown.options.map(({ label }) => label);
    const again = `cowork approve ${plain(id)} '${plain(labels[0] ?? "")}'`;
    const chosen = [...new Set(choices[n] ?? [])];
    if (chosen.length === 0 || (chosen.length > 1 && !question.multiple)) {
      const many = question.multiple ? "at least one answer" : "one answer";
      throw usageError(`“${plain(shown.question)}” needs ${many}: ${labels.map(plain).join(", ")}.`, again);
    }
    return chosen.map((label) => {
      const option = question.options[labels.indexOf(label)];
      if (option !== undefined) return option.label;
      throw usageError(`“${plain(label)}” is not an answer to “${plain(shown.question)}”.`, again);
    });
  });
}
