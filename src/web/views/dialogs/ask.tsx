import type { JSX } from "preact";
import type { Operation } from "../../../contract/http/operations.ts";
import type { Answer } from "../../../contract/questions.ts";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { VisibleText } from "../../parts/visible-text.tsx";
import { may } from "../../state/me.ts";
import { describe, loadOperations } from "../../state/operations.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";

/** What long work asks before it goes on. Closing the dialog is a no. */
export function AskDialog({ operation }: { operation: Operation }): JSX.Element | null {
  const asked = operation.question;
  if (asked === undefined) return null;
  const { n, question } = asked;
  const give = async (answer: Answer): Promise<void> => {
    const params = { operation: operation.id };
    await attempt(call("POST /operations/{operation}/answer", { params, input: { n, question: question.id, answer } }));
    await attempt(loadOperations());
  };
  const isTrust = question.kind === "trust";
  return (
    <Dialog title={`${describe(operation)}: a question`} onClose={() => void give(false)}>
      {question.kind === "trust" ? (
        <>
          <p>
            The configuration of <b>{plain(question.project)}</b> asks for more than a container of its own:
          </p>
          <ul class="findings">
            {question.findings.map(({ where, what, why }) => (
              <li>
                <div class="muted">{plain(where)}</div>
                <code>
                  <VisibleText text={what} />
                </code>
                <p>{plain(why)}</p>
              </li>
            ))}
          </ul>
        </>
      ) : question.kind === "host-key" ? (
        <p>
          The key of {plain(question.host)} is not known. Only the terminal asks about it: <code>cowork host add</code>
        </p>
      ) : (
        <>
          <p>{plain(question.text)}</p>
          {question.kind === "confirm" ? question.detail?.map((line) => <p class="muted">{plain(line)}</p>) : null}
        </>
      )}
      <div class="dialog-end">
        <button type="button" class="button" onClick={() => void give(false)}>
          No
        </button>
        {question.kind === "choice"
          ? question.choices.map(({ value, label }) => (
              <button type="button" class="button" onClick={() => void give(value)}>
                {plain(label)}
              </button>
            ))
          : null}
        {question.kind === "confirm" || (isTrust && may("full")) ? (
          <button type="button" class="button primary" onClick={() => void give(true)}>
            {isTrust ? "Trust it" : "Yes"}
          </button>
        ) : null}
      </div>
      {isTrust && !may("full") ? <p class="muted">Only a device with the role full may agree.</p> : null}
    </Dialog>
  );
}
