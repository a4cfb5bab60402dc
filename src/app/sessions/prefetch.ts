import type { Scope } from "../scope.ts";

/**
 * Asks this machine's engine for the containers of one name, or of all sessions, while the command still finds out which sessions
 * it is about. Does nothing if another host was chosen, or if no session on this machine has the name.
 */
export async function prefetchFromEngine({ ctx, onlyHost }: Scope, name?: string): Promise<void> {
  if (onlyHost !== undefined) return;
  const [{ prefetchContainers }, { isNameOnRecord }] = await Promise.all([
    import("../../session/inspect/observe.ts"),
    import("../../session/record/records.ts"),
  ]);
  if (name === undefined || isNameOnRecord(ctx, name)) await prefetchContainers(ctx, name);
}
