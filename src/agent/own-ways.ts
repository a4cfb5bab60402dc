import { lchown, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { lookAtPath, pathExists } from "../system/files/files.ts";
import { removeTree } from "../system/files/tree.ts";
import { copyFiles, findFiles } from "./own-files.ts";
import { readMemory, writeMemory } from "./memory.ts";
import type { AgentSession } from "./types.ts";

/** The user's own instructions for an agent on this host. */
export interface OwnInstructions {
  /** the user's config folder of the agent */
  folder: string;
  /** what in it is instructions, not state */
  entries: readonly string[];
}

const inside = "/opt/cowork/session/own";

/**
 * Copies the user's instructions into the session's read-only folder and links them into its config folder. A container writes
 * to the latter, so the host only creates links with fixed targets there, where nothing or a link of ours was.
 */
export async function copyInstructions(
  ctx: Context,
  session: AgentSession,
  configFolder: string,
  { folder, entries }: OwnInstructions,
): Promise<string[]> {
  const copy = join(ctx.paths.container(session.id), "own");
  const memory = await readMemory(ctx, session.id);
  const { files, notes } = session.ownWays ? await findFiles(folder, entries) : { files: [], notes: [] };
  const fingerprint = JSON.stringify(
    files.map(({ path, size, modified, executable }) => [path, size, modified, executable]),
  );
  if (memory.ways !== fingerprint || !(await pathExists(copy))) {
    const made = `${copy}.new`;
    await removeTree(made);
    await copyFiles(files, made);
    await removeTree(copy);
    await rename(made, copy);
    await writeMemory(ctx, session.id, { ...memory, ways: fingerprint });
  }
  for (const name of entries) {
    const wanted = await pathExists(join(copy, name));
    await setLink(ctx, join(configFolder, name), wanted ? `${inside}/${name}` : undefined);
  }
  return notes;
}

/** Creates a link of ours, or removes it. Anything that the session put there stays. */
async function setLink(ctx: Context, path: string, target: string | undefined): Promise<void> {
  const stats = lookAtPath(path);
  const present = stats?.isSymbolicLink() ? await readlink(path).catch(() => undefined) : undefined;
  const ours = present?.startsWith(`${inside}/`) ?? false;
  if (present === target || (stats !== undefined && !ours)) return;
  if (target === undefined) return rm(path, { force: true });
  const temporary = `${path}.cowork-new`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await lchown(temporary, ctx.user.sessionUid, ctx.user.sessionGid);
  await rename(temporary, path);
}
