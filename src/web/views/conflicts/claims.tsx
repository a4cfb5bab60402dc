import type { JSX } from "preact";
import type { ClaimView } from "../../../contract/merging/claims.ts";
import { Since } from "../../parts/time.tsx";
import { plain } from "../../text/visible.ts";

/** Which sessions said where they work. */
export function Claims({ claims }: { claims: readonly ClaimView[] }): JSX.Element | null {
  if (claims.length === 0) return null;
  return (
    <section class="group" aria-labelledby="claims">
      <div class="group-head">
        <h2 id="claims">Claims</h2>
        <span>{claims.length}</span>
      </div>
      <ul class="card rows">
        {claims.map((claim) => (
          <li key={`${claim.id}@${claim.host}`} class="pair-path">
            <code>{claim.globs.map(plain).join(" ")}</code>
            <span class={`pill ${claim.mode === "exclusive" ? "waiting" : ""}`}>{claim.mode}</span>
            <span class="muted">
              {plain(claim.session)}, for <Since at={claim.at} />
            </span>
            {claim.why === undefined ? null : <span class="muted wide">{plain(claim.why)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
