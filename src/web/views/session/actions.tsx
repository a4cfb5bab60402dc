import type { JSX } from "preact";
import { call } from "../../api/call.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { openDialog } from "../../state/dialogs.ts";
import { may } from "../../state/me.ts";
import { followOperation, workOn } from "../../state/operations.ts";
import { keyOf, loadSessions, type Session } from "../../state/sessions.ts";
import { attempt } from "../../state/toasts.ts";

/** What can be done with a session. Only what this browser may do is there. */
export function Actions({ session }: { session: Session }): JSX.Element | null {
  const key = keyOf(session);
  const isBusy = workOn(key) !== undefined;
  const isRunning = session.state === "running";
  const isWorking = session.agentState?.state === "working" || session.agentState?.state === "starting";
  const run = session.run;
  const isActive = run?.state === "created" || run?.state === "running" || run?.state === "waiting";
  if (!may("approve")) return null;
  return (
    <div class="actions">
      {isWorking ? <Act icon="pause" label="Interrupt" onClick={() => void interrupt(key)} /> : null}
      {may("operate") ? (
        <>
          {isActive ? (
            <Act icon="stop" label="End run" onClick={() => void endRun(key, run.n)} />
          ) : (
            <Act icon="play" label="Run" isOff={isBusy} onClick={() => openDialog({ name: "run", session: key })} />
          )}
          <Act icon="pull" label="Pull" isOff={isBusy} onClick={() => openDialog({ name: "pull", session: key })} />
          {isRunning ? (
            <Act
              icon="stop"
              label="Stop"
              isOff={isBusy}
              onClick={() => void act("POST /sessions/{session}/stop", key)}
            />
          ) : (
            <Act
              icon="play"
              label="Start"
              isOff={isBusy}
              onClick={() => void act("POST /sessions/{session}/start", key)}
            />
          )}
          <Act icon="remove" label="Clean" isOff={isBusy} onClick={() => openDialog({ name: "clean", session: key })} />
        </>
      ) : null}
    </div>
  );
}

function Act(props: { icon: IconName; label: string; isOff?: boolean; onClick: () => void }): JSX.Element {
  const { icon, label, isOff = false, onClick } = props;
  return (
    <button type="button" class="button" disabled={isOff} onClick={onClick}>
      <Icon name={icon} /> {label}
    </button>
  );
}

async function act(
  route: "POST /sessions/{session}/start" | "POST /sessions/{session}/stop",
  session: string,
): Promise<void> {
  const answer = await attempt(call(route, { params: { session }, input: {} }));
  if (answer !== undefined) followOperation(answer.operation);
}

async function interrupt(session: string): Promise<void> {
  await attempt(call("POST /sessions/{session}/interrupt", { params: { session } }));
}

async function endRun(session: string, n: number): Promise<void> {
  await attempt(call("POST /sessions/{session}/runs/{run}/stop", { params: { session, run: String(n) } }));
  await attempt(loadSessions());
}
