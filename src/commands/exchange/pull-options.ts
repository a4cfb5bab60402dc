import type { PullOptions } from "../../session/exchange/exchange.ts";

/** What `pull` copies, from its flags. */
export function pullOptions(flags: {
  "all-branches": boolean;
  uncommitted: boolean;
  ff: boolean;
  branch: string | undefined;
}): PullOptions {
  return {
    allBranches: flags["all-branches"],
    uncommitted: flags.uncommitted,
    ff: flags.ff,
    ...(flags.branch === undefined ? {} : { branch: flags.branch }),
  };
}
