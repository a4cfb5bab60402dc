import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { approvalKey, approvals } from "../state/approvals.ts";
import { go } from "../state/router.ts";
import { plural } from "../text/units.ts";
import { ApprovalCard } from "./approval-card.tsx";

/**
 * What waits for a person, one at a time. The request that is shown is replaced only when the person goes on: never under a finger
 * that is about to press.
 */
export function ApprovalsView({ wanted }: { wanted: string }): JSX.Element {
  const open = approvals.value;
  const [shown, setShown] = useState<string | undefined>(undefined);
  const first = open?.[0] === undefined ? undefined : approvalKey(open[0]);
  const key = wanted !== "" ? wanted : (shown ?? first);
  useEffect(() => {
    if (shown === undefined && first !== undefined) setShown(first);
  }, [first]);
  if (open === undefined) return <p class="muted">Loading…</p>;
  const at = open.findIndex((one) => approvalKey(one) === key);
  const one = open[at];
  const step = (by: number): void => {
    const next = open[at === -1 ? 0 : (at + by + open.length) % open.length];
    setShown(next === undefined ? undefined : approvalKey(next));
    go("approvals", ...(next === undefined ? [] : [approvalKey(next)]));
  };
  const goOn = (): void => {
    setShown(undefined);
    go("approvals");
  };
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{open.length === 0 ? "Nothing to approve" : plural(open.length, "approval")}</h1>
          <p class="lead">
            {open.length === 0 ? "Agents that need you show up here." : "The oldest first. What you see is what runs."}
          </p>
        </div>
        {open.length > 1 && one !== undefined ? (
          <div class="pager">
            <button type="button" class="button" aria-label="Previous" onClick={() => step(-1)}>
              <Icon name="back" />
            </button>
            <span aria-live="polite">
              {at + 1} of {open.length}
            </span>
            <button type="button" class="button" aria-label="Next" onClick={() => step(1)}>
              <Icon name="next" />
            </button>
          </div>
        ) : null}
      </header>
      {one !== undefined ? (
        <ApprovalCard key={`${approvalKey(one)} ${one.digest}`} approval={one} onDone={goOn} />
      ) : key !== undefined ? (
        <div class="empty">
          <strong>This one was decided</strong>
          It was answered, here or elsewhere, or the agent does not ask any more.
          {open.length > 0 ? (
            <p>
              <button type="button" class="button" onClick={goOn}>
                Next
              </button>
            </p>
          ) : null}
        </div>
      ) : (
        <div class="empty">
          <strong>All quiet</strong>
          No agent waits for an answer.
        </div>
      )}
    </>
  );
}
