import { parseJson } from "../../contract/common.ts";
import { randomBytes } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { prettifyError, type ZodMiniType } from "zod/mini";
import { devcontainerPlan, keptMounts, type DevcontainerPlan } from "../../contract/devcontainer/devcontainer-plan.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, isAbsent, readRegularFile, writeFileAtomic } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import type { ConfigSource, Override } from "../types.ts";
import { treeFolder } from "../source/tree-path.ts";
import type { PlannedMounts } from "./wrong-mounts.ts";

/** File names in `state/{id}/devcontainer/`. */
const planFile = "plan.json";
const overrideFile = "devcontainer.json";
const composeFile = "compose.yml";
const sourceFolder = "source";
const mountsFile = "mounts.json";

type PathsContext = Pick<Context, "paths">;

/**
 * Stores what `start` needs of the config outside the clone: the plan, and the project's own files as they were judged. Replaces an
 * earlier snapshot and everything that was made from it in one step. Build contexts are not included, because the image has them.
 * @throws DISK_FULL, PERMISSION_DENIED, DEVCONTAINER_INVALID
 */
export async function takeSnapshot(
  ctx: PathsContext,
  request: { id: string; source: ConfigSource; plan: DevcontainerPlan },
): Promise<void> {
  const { id, source, plan } = request;
  const place = ctx.paths.devcontainer(id);
  const made = `${place}.${randomBytes(6).toString("hex")}.new`;
  try {
    await ensureFolder(made, { mode: 0o700 });
    for (const path of plan.files) {
      const folder = (await source.stat(path)) === "folder" ? path : treeFolder(path);
      await source.exportTo(path, join(made, sourceFolder, folder));
    }
    await writeFileAtomic(join(made, planFile), `${JSON.stringify(plan, null, 2)}\n`);
    await swap(made, place);
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await removeTree(made);
  }
}

/**
 * A folder cannot be renamed over another one, so for a moment there is none. After a crash at that point the snapshot is taken
 * again.
 */
async function swap(made: string, place: string): Promise<void> {
  const old = `${made.slice(0, -".new".length)}.old`;
  try {
    await rename(place, old);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  await rename(made, place);
  await removeTree(old);
}

/**
 * Reads the plan from the snapshot. Returns undefined if there is none.
 * @throws RECORD_CORRUPT if it is not what cowork writes: the plan decides what is mounted and run, so a damaged one is not used at
 * all
 */
export async function readSnapshot(ctx: PathsContext, id: string): Promise<DevcontainerPlan | undefined> {
  return await readKept(ctx, id, { file: planFile, schema: devcontainerPlan, maxBytes: 64 * 1024 * 1024 });
}

async function readKept<T>(
  ctx: PathsContext,
  id: string,
  { file, schema, maxBytes }: { file: string; schema: ZodMiniType<T>; maxBytes: number },
): Promise<T | undefined> {
  const path = join(ctx.paths.devcontainer(id), file);
  const bytes = await readRegularFile(path, { maxBytes });
  if (bytes === undefined) return undefined;
  const found = schema.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (found.success) return found.data;
  throw new CoworkError("RECORD_CORRUPT", `The snapshot of ${id} cannot be read (${path}).`, {
    hint: steps`take a new one: ${ownCommand("start", "<session>", "--rebuild")}`,
    detail: prettifyError(found.error),
  });
}

/** Returns the paths that `writeOverride` will write to. */
export function overridePaths(ctx: PathsContext, id: string): { config: string; compose: string } {
  const folder = ctx.paths.devcontainer(id);
  return { config: join(folder, overrideFile), compose: join(folder, composeFile) };
}

/** Writes what `devcontainer up` reads. Returns the path of the override config. */
export async function writeOverride(ctx: PathsContext, id: string, override: Override): Promise<string> {
  const paths = overridePaths(ctx, id);
  // JSON is valid YAML. No line of it begins with `version:`, which @devcontainers/cli would read as Compose's version.
  if (override.compose !== undefined)
    await writeFileAtomic(paths.compose, `${yamlSafe(JSON.stringify(override.compose, null, 2))}\n`);
  const { ours, isAgreed } = override;
  const planned = `${JSON.stringify({ ours, isAgreed }, null, 2)}\n`;
  await writeFileAtomic(join(ctx.paths.devcontainer(id), mountsFile), planned);
  await writeFileAtomic(paths.config, `${JSON.stringify(override.config, null, 2)}\n`);
  return paths.config;
}

/**
 * Reads the mounts that were planned for the containers of the override. Returns undefined for a session of an earlier version.
 * @throws RECORD_CORRUPT
 */
export async function readPlannedMounts(ctx: PathsContext, id: string): Promise<PlannedMounts | undefined> {
  const kept = await readKept(ctx, id, { file: mountsFile, schema: keptMounts, maxBytes: 1024 * 1024 });
  const plan = await readSnapshot(ctx, id);
  if (kept === undefined || plan === undefined) return undefined;
  return { ...kept, clone: ctx.paths.clone(id), beside: ctx.paths.beside(id), cloneBinds: plan.cloneBinds };
}

/** JSON is valid YAML, except for these line ends and control characters, which occur only within texts. */
function yamlSafe(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
