import * as z from "zod/mini";
import { configKind, jsonObject, type JsonObject, startPoint } from "./common.ts";
import { failure } from "./error.ts";

/**
 * What cowork must remember about a session because neither Docker nor the clone has it. Everything that can be read from them is
 * not in here. `schema` is incremented when the meaning of a field changes, and `recordUpgrades` gets a function that upgrades a
 * record of the schema before.
 */
export const recordSchema = 1;

const recordedDevcontainer = z.object({
  kind: configKind,
  path: z.nullable(z.string()),
  /** what selected it: `--config` or the setting `DEVCONTAINER`, for the next time a configuration is selected */
  configName: z.optional(z.string()),
  trustHash: z.string(),
  changes: z.array(z.string()),
  image: z.object({ ref: z.string(), key: z.string() }),
  remoteUser: z.string(),
  remoteUid: z.number(),
  /** the user's identity in the project: the author of commits made inside */
  git: z.object({ name: z.optional(z.string()), email: z.optional(z.string()) }),
  userEnvProbe: z.optional(z.string()),
  /** does the config or the image have lifecycle commands? Absent: not checked */
  lifecycle: z.optional(z.boolean()),
  /** paths in the container, as planned: the workspace folder, and the clone's root if it is visible there */
  workspace: z.optional(z.object({ folder: z.string(), clone: z.optional(z.string()) })),
});

const recordedContainer = z.object({
  /** absent in records of older versions: then the container is recognized by its mounts */
  id: z.optional(z.string()),
  user: z.string(),
  workspaceFolder: z.string(),
  remoteEnv: z.record(z.string(), z.string()),
  /** when cowork last started it (ISO): the engine's list of containers does not have it, and `list` makes one request only */
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
  /** `command`: the program of `AGENT_COMMAND` */
  agent: z.string(),
  /** with the agent `command`: what it runs, as a line for `sh -c` */
  agentCommand: z.optional(z.string()),
  /** the clone is complete: later runs do not touch it */
  cloned: z.boolean(),
  devcontainer: z.optional(recordedDevcontainer),
  /** absent: `up` has never succeeded */
  container: z.optional(recordedContainer),
  /**
   * the lifecycle command that failed last, e.g. `postCreateCommand`; `error` has the reason. The container can be entered anyway, and
   * the next `up` runs the command again, and those after it
   */
  unfinished: z.optional(z.string()),
  /** what `@devcontainers/cli` or Compose made for this session alone, by name: removed with it */
  volumes: z.array(z.string()),
  images: z.array(z.string()),
  carried: z.array(z.string()),
  /** value of the label `cowork.home` on what was made for it; absent: made before homes had ids, the hash of the home's path */
  home: z.optional(z.string()),
  /** `stop --hide`: left out of lists until it is started again */
  hidden: z.optional(z.boolean()),
  /** ids of all its containers, including the Compose services', since the last `up` */
  containers: z.optional(z.array(z.string())),
});

/** By schema version: upgrades a record of that schema to the next one. */
export const recordUpgrades: Readonly<Record<number, (older: JsonObject) => JsonObject>> = {};

/** Upgrades a record to the current schema. Anything that is not a record, or has a newer schema, is returned unchanged. */
export function upgradeRecord(value: unknown, lifts = recordUpgrades): unknown {
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
