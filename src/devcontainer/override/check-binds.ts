import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, isAbsent } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { besideFolder } from "./beside.ts";
import { readSnapshot } from "./snapshot.ts";

interface Bind {
  /** as the configuration has it, counted from the clone */
  path: string;
  /** folder that nobody inside can exchange */
  root: string;
  /** from there */
  way: string;
}

/** Does the session mount paths in its clone that have to be looked at before each start? The clone's root itself has not. */
export async function hasBinds(ctx: Context, id: string): Promise<boolean> {
  return (await bindsOf(ctx, id)).length > 0;
}

/**
 * Makes sure that no path in the clone that a container mounts has become a link meanwhile: the engine would follow it, and
 * mount what it leads to on the host. Folders in place of what lies beside the project are made where they are missing. To be called
 * right before the containers start, while nothing runs that can write to the clone (session/stand-still.ts).
 * @throws UP_FAILED naming the path, when it is a link or cannot be looked at
 */
export async function checkBinds(ctx: Context, session: { id: string; name: string }): Promise<void> {
  for (const bind of await bindsOf(ctx, session.id)) {
    const isThere = await checkBind(session.name, bind);
    if (isThere || !bind.path.startsWith("..")) continue;
    const { sessionUid: uid, sessionGid: gid } = ctx.user;
    await ensureFolder(bind.root, { mode: 0o755 });
    await ensureFolder(join(bind.root, bind.way), { mode: 0o755, uid, gid, root: bind.root });
  }
}

async function bindsOf(ctx: Context, id: string): Promise<Bind[]> {
  const { cloneBinds = [] } = (await readSnapshot(ctx, id)) ?? {};
  const paths = cloneBinds.filter((path) => path !== "");
  return paths.map((path) =>
    path.startsWith("..")
      ? { path, root: ctx.paths.beside(id), way: besideFolder(path) }
      : { path, root: ctx.paths.clone(id), way: path },
  );
}

/** @returns false when nothing is there, wholly or from some folder on */
async function checkBind(name: string, { path, root, way }: Bind): Promise<boolean> {
  let place = root;
  for (const part of way.split("/").filter((each) => each !== "")) {
    place = join(place, part);
    const found = await observe(name, path, place);
    if (found === undefined) return false;
    if (!found.isSymbolicLink()) continue;
    throw new CoworkError("UP_FAILED", `${plain(name)} mounts ${plain(path)}, which is a link.`, {
      hint: `put a folder or file in its place: ${plain(place)}`,
    });
  }
  return true;
}

/** What may not be looked at may be a link: whoever is root in a container can close a folder to the user of the host. */
async function observe(
  name: string,
  path: string,
  place: string,
): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(place);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const reason = toCoworkError(error).message;
    throw new CoworkError("UP_FAILED", `${plain(name)} mounts ${plain(path)}, which cannot be looked at: ${reason}`, {
      hint: `make it readable for this user: ${plain(place)}`,
      cause: error,
    });
  }
}
