import type { LockOptions } from "../../system/locks.ts";

/** Name and options of the lock under which a session's requests are taken in, answered and retired. */
export function approvalsLock(id: string): [name: string, options: LockOptions] {
  return [`approvals-${id}`, { what: "the approvals of a session" }];
}
