import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { RouteInput } from "../../contract/http/routes.ts";
import { call } from "../api/call.ts";
import { Since } from "../parts/time.tsx";
import { VisibleText } from "../parts/visible-text.tsx";
import { approvalKey, dropApproval, loadApprovals } from "../state/approvals.ts";
import { areKeysOn } from "../state/keys.ts";
import { may } from "../state/me.ts";
import { to } from "../state/router.ts";
import { hasSeveralAgents } from "../state/sessions.ts";
import { attempt, toast } from "../state/toasts.ts";
import { bytes, plural } from "../text/units.ts";
import { plain } from "../text/visible.ts";
import { Always } from "./approval-always.tsx";
import { Questions } from "./approval-questions.tsx";

type Answer = Omit<RouteInput<"POST /approvals/{approval}/answer">, "digest">;

/** Nothing can be pressed this long after the request appears: the finger may have been on its way to something else. */
const settleMs = 600;

/** One request with its whole text, and the ways to answer it. */
export function ApprovalCard({ approval, onDone }: { approval: ApprovalView; onDone: () => void }): JSX.Element {
  const card = useRef<HTMLElement>(null);
  const [isSettled, setSettled] = useState(false);
  const [isSending, setSending] = useState(false);
  const [message, setMessage] = useState("");
  const [choices, setChoices] = useState<string[][]>([]);
  const [end, isSeen] = useSeen(approval);
  useEffect(() => {
    card.current?.focus({ preventScroll: true });
    const timer = setTimeout(() => setSettled(true), settleMs);
    return () => clearTimeout(timer);
  }, []);
  const answer = async (given: Answer): Promise<void> => {
    setSending(true);
    const params = { approval: approvalKey(approval) };
    const done = await attempt(
      call("POST /approvals/{approval}/answer", { params, input: { digest: approval.digest, ...given } }),
    );
    setSending(false);
    if (done !== undefined)
      toast(given.decision === "allow" ? "Approved" : "Denied", `${approval.tool} in ${plain(approval.session)}`);
    if (done !== undefined) {
      dropApproval(params.approval);
      onDone();
    }
    // Also if it failed: it may have been answered elsewhere.
    void loadApprovals().catch(() => undefined);
  };
  const isReady = isSettled && !isSending && may("approve");
  const questions = approval.questions ?? [];
  const isAnswered = questions.every((_, n) => (choices[n] ?? []).length > 0);
  const approve = (): void => {
    if (isReady && isSeen && isAnswered)
      void answer({ decision: "allow", ...(questions.length > 0 ? { choices } : {}) });
  };
  const deny = (): void => {
    if (isReady) void answer({ decision: "deny", ...(message.trim() === "" ? {} : { message }) });
  };
  return (
    <section
      ref={card}
      class="card approval"
      tabIndex={-1}
      aria-label={`Request of ${plain(approval.session)}`}
      onKeyDown={(event) => {
        if (!areKeysOn.value || event.ctrlKey || event.metaKey || event.altKey || event.target !== card.current) return;
        if (event.key === "a" || event.key === "A") approve();
        else if (event.key === "d" || event.key === "D") deny();
      }}
    >
      <About approval={approval} />
      <pre class="asked-text" tabIndex={0} role="region" aria-label="The whole request">
        <VisibleText text={approval.text} />
      </pre>
      <div ref={end} class="asked-end">
        {plural(approval.lines, "line")}, {bytes(approval.bytes)}, shown whole.
        {approval.hidden ? (
          <strong class="warning"> It has characters that are usually not seen; they are marked.</strong>
        ) : null}
      </div>
      <Questions questions={questions} choices={choices} onChange={setChoices} />
      {may("approve") ? (
        <>
          <label class="field">
            <span>Message with Deny</span>
            <input
              class="input"
              placeholder="What should it do instead? (optional)"
              value={message}
              onInput={({ currentTarget }) => setMessage(currentTarget.value)}
            />
          </label>
          <div class="decide">
            <button type="button" class="button danger" disabled={!isReady} onClick={deny}>
              Deny
            </button>
            <button
              type="button"
              class="button primary"
              disabled={!isReady || !isSeen || !isAnswered}
              onClick={approve}
            >
              {isSeen ? (approval.kind === "answer" ? "Answer" : "Approve") : "Read to the end to approve"}
            </button>
          </div>
          {approval.rules.length > 0 && may("full") ? (
            <Always
              rules={approval.rules}
              isReady={isReady && isSeen}
              onAllow={(rules) => void answer({ decision: "allow", always: rules })}
            />
          ) : null}
        </>
      ) : (
        <p class="muted">This browser may look, but not answer.</p>
      )}
    </section>
  );
}

function About({ approval }: { approval: ApprovalView }): JSX.Element {
  const { session, sessionId, host, project, agent, tool, user, folder, run, subagent, askedAt, kind } = approval;
  const asks = kind === "answer" ? "asks you" : kind === "plan" ? "has a plan" : "wants to use";
  return (
    <header class="asked-head">
      <h2>
        <a href={to("session", `${sessionId}@${host}`)}>{plain(session)}</a> {asks}
        {asks === "wants to use" ? <> {plain(tool)}</> : null}
      </h2>
      <div class="facts">
        <span>{plain(project)}</span>
        {host === "local" ? null : <span>on {plain(host)}</span>}
        {agent === undefined || !hasSeveralAgents.value ? null : <span>{plain(agent)}</span>}
        {run === undefined ? null : <span>run {plain(run)}</span>}
        {subagent ? <span>a subagent</span> : null}
        <span>
          asked <Since at={askedAt} suffix=" ago" />
        </span>
      </div>
      {folder === "" && user === "" ? null : (
        <div class="facts">
          {folder === "" ? null : (
            <span>
              in <span class="mono">{plain(folder)}</span>
            </span>
          )}
          {user === "" ? null : (
            <span>
              as <span class="mono">{plain(user)}</span>
            </span>
          )}
        </div>
      )}
    </header>
  );
}

/** Whether the end of the text has been on the screen. Then the whole request counts as shown, which is recorded. */
function useSeen(approval: ApprovalView): [{ current: HTMLDivElement | null }, boolean] {
  const end = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return;
      observer.disconnect();
      setSeen(true);
      const params = { approval: approvalKey(approval) };
      if (may("approve"))
        void call("POST /approvals/{approval}/shown", { params, input: { digest: approval.digest } }).catch(
          () => undefined,
        );
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return [end, isSeen];
}
