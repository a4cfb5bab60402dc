import * as z from "zod/mini";

/** What the agent of a run may do without asking: nothing that changes something; edit files of the clone; everything. */
export const runPermissions = z.enum(["ask", "edits", "all"]);

export type RunPermissions = z.infer<typeof runPermissions>;

/** The permissions, but no more than the caller may give. @param most absent: every permission may be given */
export function atMost(permissions: RunPermissions, most: RunPermissions | undefined): RunPermissions {
  if (most === undefined) return permissions;
  const { options } = runPermissions;
  return options.indexOf(permissions) <= options.indexOf(most) ? permissions : most;
}
