import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";

/** What judging gathers. */
export interface Verdict {
  /** what stands before every place, e.g. `.devcontainer/devcontainer.json` or `base image` */
  subject: string;
  /** the container's `workspaceFolder`, as written; undefined: the default of @devcontainers/cli */
  workspaceFolder: string | undefined;
  findings: Finding[];
  /** paths that are mounted, counted from the clone (empty: its root); those that begin with `..` lie beside it */
  cloneBinds: string[];
  add(where: string, what: string, why: string): void;
  /** As `add`; gives what the user is asked about. */
  finding(where: string, what: string, why: string): Finding;
  bind(path: string): void;
}

const longest = 400;

export function createVerdict(subject: string, workspaceFolder?: string): Verdict {
  const findings: Finding[] = [];
  const cloneBinds = new Set<string>();
  return {
    subject,
    workspaceFolder,
    findings,
    get cloneBinds() {
      return [...cloneBinds].toSorted();
    },
    add(where, what, why) {
      this.finding(where, what, why);
    },
    finding(where, what, why) {
      const shown = plain(what);
      const finding = {
        where: plain(`${subject}: ${where}`),
        what: shown.length > longest ? `${shown.slice(0, longest)}…` : shown,
        why,
      };
      if (!findings.some((one) => one.where === finding.where && one.what === finding.what)) findings.push(finding);
      return finding;
    },
    bind: (path) => void cloneBinds.add(path),
  };
}
