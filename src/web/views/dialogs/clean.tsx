import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { LineList } from "../../parts/line-list.tsx";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { may } from "../../state/me.ts";
import { followOperation } from "../../state/operations.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";
import type { CleanOutcome } from "../../../contract/outcome.ts";

/** Shows what would be lost before a session is removed. */
export function CleanDialog({ session, onClose }: { session: string; onClose: () => void }): JSX.Element {
  const preview = useLoaded(
    async (signal) => await call("GET /sessions/{session}/clean-preview", { params: { session }, signal }),
    [session],
  );
  return (
    <Dialog title={`Clean ${plain(session).replace(/@local$/, "")}`} onClose={onClose}>
      <Loaded of={preview}>{(value) => <Preview of={value.session} session={session} onClose={onClose} />}</Loaded>
    </Dialog>
  );
}

function Preview({ of, session, onClose }: { of: CleanOutcome; session: string; onClose: () => void }): JSX.Element {
  const [isAgreed, setAgreed] = useState(false);
  const isLost = of.unsaved.length > 0;
  const clean = async (): Promise<void> => {
    const input = isLost ? { force: true, unsaved: of.unsaved } : {};
    const answer = await attempt(call("POST /sessions/{session}/clean", { params: { session }, input }));
    if (answer === undefined) return;
    followOperation(answer.operation);
    location.hash = "#/";
    onClose();
  };
  return (
    <>
      {isLost ? (
        <div class="trouble">
          <LineList title="This work would be lost" lines={of.unsaved} />
        </div>
      ) : (
        <p>Nothing would be lost: all work is also in the project or at its origin.</p>
      )}
      {(of.going ?? []).length > 0 ? <LineList title="Goes, too" lines={of.going ?? []} /> : null}
      <LineList title="Will be removed" lines={of.removed} />
      {isLost && may("full") ? (
        <label class="check">
          <input
            type="checkbox"
            checked={isAgreed}
            onChange={({ currentTarget }) => setAgreed(currentTarget.checked)}
          />
          <span>Remove it all the same. This cannot be undone.</span>
        </label>
      ) : null}
      {isLost && !may("full") ? <p class="muted">Pull the work first. Only the role full may throw it away.</p> : null}
      <div class="dialog-end">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="button danger"
          disabled={isLost && (!isAgreed || !may("full"))}
          onClick={() => void clean()}
        >
          {isLost ? "Lose the work and remove" : "Remove"}
        </button>
      </div>
    </>
  );
}
