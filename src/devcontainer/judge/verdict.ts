import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";

/** Collects findings. */
export interface Verdict {
  /** the prefix of all places, for example `.devcontainer/devcontainer.json` or `base image` */
  subject: string;
  /** the container's `workspaceFolder`, as written; undefined for the default of @devcontainers/cli */
  workspaceFolder: string | undefined;
  findings: Finding[];
  /** mounted paths, relative to the clone (empty for its root); those that begin with `..` are outside */
  cloneBinds: string[];
  add(where: string, what: string, why: string): void;
  /** Like `add`, but returns the finding. */
  finding(where: string, what: string, why: string): Finding;
  bind(path: string): void;
}

const maxLength = 400;

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
        what: shown.length > maxLength ? `${shown.slice(0, maxLength)}…` : shown,
        why,
      };
      if (!findings.some((one) => one.where === finding.where && one.what === finding.what)) findings.push(finding);
      return finding;
    },
    bind: (path) => void cloneBinds.add(path),
  };
}
