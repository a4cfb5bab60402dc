import type { Claim, StoredClaims } from "../../contract/merging/claims.ts";
import { plain } from "../../system/text.ts";
import { clockOf } from "./clock.ts";
import { globExpression, parseGlob } from "./glob.ts";

/** The first line: another one is not read by the hook, which then lets everything pass. */
export const flatHeader = "cowork-claims 1";

/**
 * The claims of a project as one session's hook reads them (templates/agent/bin/agent-claims): a line for each pattern, with its fields
 * separated by tabs. All but the expression is ready to be printed: without tabs, quotes and backslashes.
 *
 *     kind  end in seconds  end as text  holder  reason  pattern  expression
 *
 * `kind` is the mode; `own` before it for the session's own claims; `lapsed` for a claim of its own that ended.
 */
export function flatList({ claims, lapsed = {} }: StoredClaims, sessionId: string): string {
  const lines = claims.flatMap((claim) => claimLines(claim, claim.sessionId === sessionId));
  const ended = (lapsed[sessionId] ?? []).map(({ id, text }) => fields("lapsed", id, "", "", text, "", "-"));
  return `${[flatHeader, ...lines, ...ended].join("\n")}\n`;
}

function claimLines({ mode, until, session, why = "", globs }: Claim, isOwn: boolean): string[] {
  const seconds = String(Math.floor(Date.parse(until) / 1000));
  const kind = isOwn ? `own-${mode}` : mode;
  return globs.map((text) => {
    const shown = fields(kind, seconds, clockOf(until), session, why, text);
    // Never printed, so it stays as it is.
    return `${shown}\t${globExpression(parseGlob(text))}`;
  });
}

/** An empty field is a `-`: a shell takes two tabs for one. */
function fields(...values: string[]): string {
  return values.map((value) => plain(value).replace(/["\\\t]/g, "'") || "-").join("\t");
}
