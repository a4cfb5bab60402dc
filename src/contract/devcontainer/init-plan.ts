import * as z from "zod/mini";
import { configKind, texts } from "../common.ts";
import { finding } from "../questions.ts";

/** What `init` would do. */
export const initPlan = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      branch: z.string(),
      commit: z.string(),
      path: z.string(),
      /** the agent that it has, or gets; absent: an older host */
      agent: z.exactOptional(z.string()),
      exists: z.boolean(),
    }),
  ),
  /** the configurations that would be used, one for each distinct start commit; empty if all sessions have theirs */
  devcontainers: z.array(
    z.object({
      kind: configKind,
      /** path inside the project; null for the template */
      path: z.nullable(z.string()),
      /** for the user, about the choice, one line each */
      notes: z.exactOptional(texts),
      /** changes to it so that several sessions can run side by side, one line each */
      changes: texts,
      findings: z.array(finding),
      trustHash: z.string(),
    }),
  ),
});

export type InitPlan = z.infer<typeof initPlan>;
