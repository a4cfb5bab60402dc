import * as z from "zod/mini";
import { configKind, jsonObject, type JsonObject, startPoint } from "./common.ts";
import { failure } from "./error.ts";

/**
 * What cowork knows of a session that neither Docker nor the clone can tell. Anything that the world can be asked is not in
 * here. `schema` grows when the meaning of a field changes, and `recordLifts` gets what lifts a record from the schema before.
 */
export const recordSchema = 1;

const recordedDevcontainer = z.object({
  kind: configKind,
  path: z.nullable(z.string()),
  /** what chose it: `--config` or the setting `DEVCONTAINER`, for the next time that it is chosen */
  configName: z.optional(z.string()),
  trustHash: z.string(),
  changes: z.array(z.string()),
  image: z.object({ ref: z.string(), key: z.string() }),
  remoteUser: z.string(),
  remoteUid: z.number(),
  /** the user's, as it was in the project: what commits inside are signed with */
  git: z.object({ name: z.optional(z.string()), email: z.optional(z.string()) }),
  userEnvProbe: z.optional(z.string()),
  /** does the config or the image have lifecycle commands? Absent: nobody looked */
  lifecycle: z.optional(z.boolean()),
  /** where work lies in the container, as planned: the workspace folder, and the clone's root as far as it shows */
  workspace: z.optional(z.object({ folder: z.string(), clone: z.optional(z.string()) })),
});

const recordedContainer = z.object({
  /** absent in records of older versions: then the container is known by its mounts */
  id: z.optional(z.string()),
  user: z.string(),
  workspaceFolder: z.string(),
  remoteEnv: z.record(z.string(), z.string()),
  /** when cowork last started it (ISO): the engine's list of containers does not tell, and `list` makes one call only */
  startedAt: z.string(),
});

export const sessionRecord = z.object({
  schema: z.literal(recordSchema),
  id: z.string(),
  name: z.string(),
  project: z.string(),
  projectRoot: z.string(),
  folder: z.string(),
  rootCommit: z.string(),
  createdAt: z.string(),
  phase: z.enum(["creating", "ready", "failed"]),
  error: z.optional(failure),
  start: startPoint,
  agent: z.string(),
  /** the clone is whole: later runs leave it alone */
  cloned: z.boolean(),
  devcontainer: z.optional(recordedDevcontainer),
  /** absent: `up` has never succeeded */
  container: z.optional(recordedContainer),
  /**
   * the lifecycle command that failed last, e.g. `postCreateCommand`; `error` says how. The container can be entered all the same, and
   * the next `up` runs the command again, and those behind it
   */
  unfinished: z.optional(z.string()),
  /** what `@devcontainers/cli` or Compose made for this session alone, by name: goes with it */
  volumes: z.array(z.string()),
  images: z.array(z.string()),
  carried: z.array(z.string()),
  /** value of the label `cowork.home` on what was made for it; absent: from before homes had ids, the hash of the home's path */
  home: z.optional(z.string()),
  /** ids of all its containers, the Compose services' too, as of the last `up` */
  containers: z.optional(z.array(z.string())),
});

/** By the schema that a record has: what makes one of the next schema of it. */
export const recordLifts: Readonly<Record<number, (older: JsonObject) => JsonObject>> = {};

/** A record as the present schema has it. What is no record, or one of a later schema, stays as it is. */
export function liftRecord(value: unknown, lifts = recordLifts): unknown {
  let lifted = value;
  for (;;) {
    const older = jsonObject.safeParse(lifted);
    if (!older.success || typeof older.data["schema"] !== "number") return lifted;
    const schema = older.data["schema"];
    const lift = lifts[schema];
    if (lift === undefined) return lifted;
    lifted = { ...lift(older.data), schema: schema + 1 };
  }
}

export type SessionRecord = z.infer<typeof sessionRecord>;
