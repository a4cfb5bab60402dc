import * as z from "zod/mini";
import { texts } from "../../contract/common.ts";
import { claimMode } from "../../contract/merging/claims.ts";

/** What the small `cowork` inside a session asks the host; see `templates/container/cowork`. */
export const mail = z.discriminatedUnion("ask", [
  z.object({ ask: z.literal("sessions") }),
  z.object({ ask: z.literal("conflicts") }),
  z.object({ ask: z.literal("claim"), mode: claimMode, why: z.string(), globs: texts }),
  z.object({ ask: z.literal("release"), globs: texts }),
]);

export type Mail = z.infer<typeof mail>;
