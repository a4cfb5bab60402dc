import type { GitInside } from "../clone/types.ts";

/** A session to look at. */
export interface Clone {
  id: string;
  name: string;
  host: string;
  running: boolean;
  /** tells it from one that had its name before */
  createdAt?: string;
  /** Opens its clone without a lock. Throws what the host does. */
  open(): Promise<{ inside: GitInside; start: { commit: string }; close(): Promise<void> }>;
}

/** The branch that sessions are compared with. */
export interface Target {
  branch: string;
  /** commits of the branch, the project's own first, then its upstream's if that differs */
  tips: readonly [string, ...string[]];
}

export function keyOf({ id, host }: { id: string; host: string }): string {
  return `${host}/${id}`;
}
