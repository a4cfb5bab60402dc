import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";
import type { Style } from "../terminal/style.ts";

/** What a configuration asks of the host, grouped by where it is configured, for the user to read before answering. */
export function renderFindings(findings: readonly Finding[], style: Style): string {
  const groups = Map.groupBy(findings, (finding) => finding.where);
  return [...groups]
    .map(([where, group]) => {
      const lines = group.flatMap(({ what, why }) => [
        `    ${style("yellow", plain(what))}`,
        `      ${style("dim", plain(why))}`,
      ]);
      return [`  ${style("bold", plain(where))}`, ...lines].join("\n");
    })
    .join("\n");
}
