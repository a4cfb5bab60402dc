import type { Scope } from "../scope.ts";

/**
 * This machine's engine is asked for the containers of one name, or of all sessions, while the command finds out whose they are:
 * nobody need wait for its answer later. Not where another machine's are meant: because it was asked for, or because there is none of
 * that name here.
 */
export async function prefetchFromEngine({ ctx, onlyHost }: Scope, name?: string): Promise<void> {
  if (onlyHost !== undefined) return;
  const [{ prefetchContainers }, { isNameOnRecord }] = await Promise.all([
    import("../../session/inspect/observe.ts"),
    import("../../session/record/records.ts"),
  ]);
  if (name === undefined || isNameOnRecord(ctx, name)) await prefetchContainers(ctx, name);
}
