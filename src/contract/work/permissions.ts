import * as z from "zod/mini";

/** What the agent of a run may do without asking: nothing that changes something; edit files of the clone; everything. */
export const runPermissions = z.enum(["ask", "edits", "all"]);

export type RunPermissions = z.infer<typeof runPermissions>;
