import type { JSX } from "preact";
import { call } from "../../api/call.ts";
import { Icon } from "../../parts/icon.tsx";
import { openDialog } from "../../state/dialogs.ts";
import { may } from "../../state/me.ts";
import { followOperation, workOn } from "../../state/operations.ts";
import { keyOf, type Session } from "../../state/sessions.ts";
import { attempt } from "../../state/toasts.ts";

/** What can be done with a session. Only what this browser may do is there. */
export function Actions({ session }: { session: Session }): JSX.Element | null {
  const key = keyOf(session);
  const isBusy = workOn(key) !== undefined;
  const isRunning = session.state === "running";
  const isWorking = session.agentState?.state === "working" || session.agentState?.state === "starting";
  if (!may("approve")) return null;
  return (
    <div class="actions">
      {isWorking ? (
        <button type="button" class="button" onClick={() => void interrupt(key)}>
          <Icon name="pause" /> Interrupt
        </button>
      ) : null}
      {may("operate") ? (
        <>
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => openDialog({ name: "run", session: key })}
          >
            <Icon name="play" /> Run
          </button>
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => openDialog({ name: "pull", session: key })}
          >
            <Icon name="pull" /> Pull
          </button>
          {isRunning ? (
            <button
              type="button"
              class="button"
              disabled={isBusy}
              onClick={() => void act("POST /sessions/{session}/stop", key)}
            >
              <Icon name="stop" /> Stop
            </button>
          ) : (
            <button
              type="button"
              class="button"
              disabled={isBusy}
              onClick={() => void act("POST /sessions/{session}/start", key)}
            >
              <Icon name="play" /> Start
            </button>
          )}
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => openDialog({ name: "clean", session: key })}
          >
            <Icon name="remove" /> Clean
          </button>
        </>
      ) : null}
    </div>
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
