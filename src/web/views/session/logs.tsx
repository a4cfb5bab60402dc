import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { useRunsOf } from "../../state/runs-of.ts";
import { keyOf, type Session } from "../../state/sessions.ts";
import { withoutColours } from "../../text/visible.ts";
import { RunChoice } from "./run-choice.tsx";

/** Lines that are drawn. */
const maxLines = 2_000;

/** What the agent did, or how the dev container came up, as text. */
export function Logs({ session }: { session: Session }): JSX.Element {
  const key = keyOf(session);
  const [kind, setKind] = useState<"agent" | "setup">("agent");
  const [n, setN] = useState<number | undefined>(undefined);
  const runs = useRunsOf(session);
  const log = useLoaded(
    async (signal) => {
      const query = { kind, ...(n === undefined || kind === "setup" ? {} : { run: String(n) }) };
      return await call("GET /sessions/{session}/log", { params: { session: key }, query, signal });
    },
    [key, kind, n, session.agentState?.since, session.agentState?.detail],
  );
  return (
    <>
      <div class="filter">
        <div class="choice" role="group" aria-label="Log">
          <button type="button" aria-pressed={kind === "agent"} onClick={() => setKind("agent")}>
            Agent
          </button>
          <button type="button" aria-pressed={kind === "setup"} onClick={() => setKind("setup")}>
            Set-up
          </button>
        </div>
        {kind === "agent" ? <RunChoice runs={runs} n={n} onChange={setN} /> : null}
      </div>
      <Loaded of={log}>{({ text, truncated }) => <Lines text={withoutColours(text)} isCut={truncated} />}</Loaded>
    </>
  );
}

function Lines({ text, isCut }: { text: string; isCut: boolean }): JSX.Element {
  const all = text.replace(/\n$/, "").split("\n");
  const shown = all.slice(-maxLines);
  if (text.trim() === "") return <p class="empty">The log is empty.</p>;
  return (
    <>
      {isCut || shown.length < all.length ? <p class="muted">Earlier lines are left out.</p> : null}
      <pre class="log card" tabIndex={0} role="region" aria-label="Log">
        {shown.map((line) => (
          <div>{line.slice(0, 4_000) || " "}</div>
        ))}
      </pre>
    </>
  );
}
