import type { JSX } from "preact";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { plain } from "../text/visible.ts";

/** The questions of an agent with their options. */
export function Questions(props: {
  questions: NonNullable<ApprovalView["questions"]>;
  choices: string[][];
  onChange: (choices: string[][]) => void;
}): JSX.Element {
  const { questions, choices, onChange } = props;
  const choose = (n: number, label: string, isChosen: boolean): void => {
    const before = questions[n]?.multiple === true ? (choices[n] ?? []).filter((one) => one !== label) : [];
    onChange(questions.map((_, at) => (at === n ? (isChosen ? [...before, label] : before) : (choices[at] ?? []))));
  };
  return (
    <>
      {questions.map(({ question, multiple, options }, n) => (
        <fieldset class="options">
          <legend>{plain(question)}</legend>
          {options.map(({ label, description }) => (
            <label class="check">
              <input
                type={multiple ? "checkbox" : "radio"}
                name={`question-${n}`}
                checked={(choices[n] ?? []).includes(label)}
                onChange={({ currentTarget }) => choose(n, label, currentTarget.checked)}
              />
              <span>
                {plain(label)} <span class="muted">{plain(description)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      ))}
    </>
  );
}
