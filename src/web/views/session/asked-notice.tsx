import type { JSX } from "preact";
import { approvals } from "../../state/approvals.ts";
import { to } from "../../state/router.ts";
import type { Session } from "../../state/sessions.ts";
import { plain } from "../../text/visible.ts";

/** What the session's agent waits for, and the way to answer it. */
export function AskedNotice({ session }: { session: Session }): JSX.Element | null {
  const asked = approvals.value?.find(({ sessionId, host }) => sessionId === session.id && host === session.host);
  if (asked === undefined) return null;
  return (
    <div class="notice">
      <p>
        <strong>{plain(asked.tool)}</strong> waits for your answer{" "}
        <span class="mono">{plain(asked.text.slice(0, 120))}</span>
      </p>
      <a class="button primary" href={to("approvals", `${asked.id}@${asked.host}`)}>
        Review
      </a>
    </div>
  );
}
