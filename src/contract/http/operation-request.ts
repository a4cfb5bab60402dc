import * as z from "zod/mini";
import { agentId } from "../agents.ts";
import { texts } from "../common.ts";
import { runPermissions } from "../work/permissions.ts";
import { runAction } from "../work/run.ts";

// What the process of an operation is to do: the request of its job.

const newSession = {
  host: z.exactOptional(z.string()),
  from: z.exactOptional(z.string()),
  /** absent: as configured */
  agent: z.exactOptional(agentId),
};

export const operationWork = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("init"),
    project: z.string(),
    names: texts,
    ...newSession,
    branch: z.exactOptional(z.string()),
    config: z.exactOptional(z.string()),
    carry: z.boolean(),
  }),
  z.object({
    kind: z.literal("run"),
    /** `{id}@{host}`; absent: `project` and `name` of a new one */
    session: z.exactOptional(z.string()),
    project: z.exactOptional(z.string()),
    name: z.exactOptional(z.string()),
    ...newSession,
    prompt: z.string(),
    action: runAction,
    model: z.exactOptional(z.string()),
    permissions: z.exactOptional(runPermissions),
    /** the role of the one who asked gives no more than this, whatever the configuration says */
    most: z.exactOptional(z.literal("edits")),
    budget: z.exactOptional(z.number()),
    timeout: z.exactOptional(z.string()),
    commit: z.enum(["auto", "off"]),
    resume: z.exactOptional(z.union([z.int().check(z.positive()), z.literal("last")])),
  }),
  z.object({ kind: z.literal("start"), session: z.string(), rebuild: z.boolean(), force: z.boolean() }),
  z.object({ kind: z.literal("stop"), session: z.string(), hide: z.boolean(), force: z.boolean() }),
  z.object({
    kind: z.literal("pull"),
    session: z.string(),
    apply: z.boolean(),
    branch: z.exactOptional(z.string()),
    uncommitted: z.boolean(),
  }),
  z.object({
    kind: z.literal("clean"),
    session: z.string(),
    force: z.boolean(),
    /** with `force`: what the person saw that would be lost */
    unsaved: texts,
  }),
  z.object({
    kind: z.literal("merge"),
    project: z.string(),
    /** `{id}@{host}` of each */
    sessions: texts,
    into: z.exactOptional(z.string()),
    test: z.exactOptional(z.string()),
    squash: z.boolean(),
    ff: z.boolean(),
    uncommitted: z.boolean(),
  }),
]);

export const operationRequest = z.object({
  by: z.string(),
  startedAt: z.string(),
  work: operationWork,
});

export type OperationWork = z.infer<typeof operationWork>;
export type OperationRequest = z.infer<typeof operationRequest>;
