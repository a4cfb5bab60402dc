import { ownCommand } from "../hint.ts";
import * as z from "zod/mini";
import { hintPart } from "./contract.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { writeFileAtomic, ensureFolder } from "../system/files.ts";
import { readSmallFile } from "../system/small-file.ts";

/**
 * What cowork knows of a session that neither Docker nor the clone can tell. Anything that the world can be asked is not in
 * here. `schema` grows when the meaning of a field changes; `migrate` lifts older records.
 */
const schema = 1;

const Start = z.object({ branch: z.string(), commit: z.string(), existing: z.boolean() });

const Devcontainer = z.object({
  kind: z.enum(["image", "dockerfile", "compose", "template"]),
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

const Container = z.object({
  /** absent in records of older versions: then the container is known by its mounts */
  id: z.optional(z.string()),
  user: z.string(),
  workspaceFolder: z.string(),
  remoteEnv: z.record(z.string(), z.string()),
  /** when cowork last started it (ISO): the engine's list of containers does not tell, and `list` makes one call only */
  startedAt: z.string(),
});

const Record = z.object({
  schema: z.literal(schema),
  id: z.string(),
  name: z.string(),
  project: z.string(),
  projectRoot: z.string(),
  folder: z.string(),
  rootCommit: z.string(),
  createdAt: z.string(),
  phase: z.enum(["creating", "ready", "failed"]),
  error: z.optional(
    z.object({
      code: z.string(),
      message: z.string(),
      hint: z.optional(z.string()),
      next: z.optional(z.array(hintPart)),
    }),
  ),
  start: Start,
  agent: z.string(),
  /** the clone is whole: later runs leave it alone */
  cloned: z.boolean(),
  devcontainer: z.optional(Devcontainer),
  /** absent: `up` has never succeeded */
  container: z.optional(Container),
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

export type SessionRecord = z.infer<typeof Record>;

/**
 * Reads a session's record. Undefined where there is none.
 * @throws RECORD_CORRUPT when it is no record, STATE_TOO_NEW when a newer cowork wrote it
 */
export async function readRecord(ctx: Pick<Context, "paths">, id: string): Promise<SessionRecord | undefined> {
  return readFrom(ctx.paths.record(id), id);
}

/** The copy that lies beside a record, for the day when the record itself is damaged. */
export async function readBackup(ctx: Pick<Context, "paths">, id: string): Promise<SessionRecord | undefined> {
  return readFrom(backupOf(ctx.paths.record(id)), id).catch(() => undefined);
}

async function readFrom(path: string, id: string): Promise<SessionRecord | undefined> {
  const bytes = readSmallFile(path, { maxBytes: 1024 * 1024 });
  if (bytes === undefined) return undefined;
  const value = parseJson(bytes);
  const version = (value as { schema?: unknown } | undefined)?.schema;
  if (typeof version === "number" && version > schema) {
    throw new CoworkError("STATE_TOO_NEW", `The record of ${id} was written by a newer cowork (schema ${version}).`, {
      hint: "install the newest cowork on this machine",
    });
  }
  const parsed = Record.safeParse(value);
  if (parsed.success && parsed.data.id === id) return parsed.data;
  throw new CoworkError("RECORD_CORRUPT", `The record of session ${id} cannot be read (${path}).`, {
    hint: [ownCommand("doctor", "--fix")],
    detail: parsed.success ? "the id in it is another" : z.prettifyError(parsed.error),
  });
}

export async function writeRecord(ctx: Pick<Context, "paths">, record: SessionRecord): Promise<void> {
  await ensureFolder(ctx.paths.state(record.id), { mode: 0o700 });
  const text = `${JSON.stringify(record, null, 1)}\n`;
  await writeFileAtomic(ctx.paths.record(record.id), text, { mode: 0o600 });
  await writeFileAtomic(backupOf(ctx.paths.record(record.id)), text, { mode: 0o600 });
}

function backupOf(path: string): string {
  return `${path}.bak`;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A record, or why it cannot be read: one bad file must not hide the other sessions. */
export type RecordEntry = { id: string; record: SessionRecord } | { id: string; error: CoworkError };
