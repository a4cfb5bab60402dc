import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { workWords } from "../../parts/work.tsx";
import { followOperation } from "../../state/operations.ts";
import { sessionsByKey } from "../../state/sessions.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";

/** Brings a session's work into the project. */
export function PullDialog({ session, onClose }: { session: string; onClose: () => void }): JSX.Element {
  const [how, setHow] = useState<"branches" | "apply">("branches");
  const [withUncommitted, setUncommitted] = useState(true);
  const one = sessionsByKey.value.get(session);
  const pull = async (): Promise<void> => {
    const input = how === "apply" ? { apply: true } : withUncommitted ? { uncommitted: true } : {};
    const answer = await attempt(call("POST /sessions/{session}/pull", { params: { session }, input }));
    if (answer === undefined) return;
    followOperation(answer.operation);
    onClose();
  };
  const words = one === undefined ? [] : workWords(one);
  return (
    <Dialog title={`Pull ${plain(one?.name ?? session)}`} onClose={onClose}>
      <p>
        Into the project's folder <span class="mono">{plain(one?.projectRoot ?? "")}</span>
        {words.length === 0 ? "" : `: ${words.join(", ")}`}
      </p>
      <fieldset class="options">
        <legend>As</legend>
        <label class="check">
          <input type="radio" name="how" checked={how === "branches"} onChange={() => setHow("branches")} />
          <span>
            branches <span class="muted">the files that you work on do not change</span>
          </span>
        </label>
        <label class="check">
          <input type="radio" name="how" checked={how === "apply"} onChange={() => setHow("apply")} />
          <span>
            uncommitted changes <span class="muted">in the files that you work on</span>
          </span>
        </label>
      </fieldset>
      {how === "branches" ? (
        <label class="check">
          <input
            type="checkbox"
            checked={withUncommitted}
            onChange={({ currentTarget }) => setUncommitted(currentTarget.checked)}
          />
          <span>Also what is not committed, as a branch of its own</span>
        </label>
      ) : null}
      <div class="dialog-end">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button primary" onClick={() => void pull()}>
          Pull
        </button>
      </div>
    </Dialog>
  );
}
