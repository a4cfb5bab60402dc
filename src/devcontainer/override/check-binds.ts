import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, isAbsent } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { besideFolder } from "./beside.ts";
import { readSnapshot } from "./snapshot.ts";

interface Bind {
  /** as in the configuration, relative to the clone */
  path: string;
  /** folder that no process in a container can replace */
  root: string;
  /** path below it */
  below: string;
}

/** Does the session mount paths in its clone that must be checked before each start? The root of the clone need not be checked. */
export async function hasBinds(ctx: Context, id: string): Promise<boolean> {
  return (await bindsOf(ctx, id)).length > 0;
}

/**
 * Checks that no mounted path in the clone has become a link: the engine would follow it and mount its target on the host. Creates
 * missing folders that replace folders outside the project. Call it right before the containers start, while nothing is running
 * that can write to the clone (session/stand-still.ts).
 * @throws UP_FAILED naming the path if it is a link or cannot be checked
 */
export async function checkBinds(ctx: Context, session: { id: string; name: string }): Promise<void> {
  for (const bind of await bindsOf(ctx, session.id)) {
    const isThere = await checkBind(session.name, bind);
    if (isThere || !bind.path.startsWith("..")) continue;
    const { sessionUid: uid, sessionGid: gid } = ctx.user;
    await ensureFolder(bind.root, { mode: 0o755 });
    await ensureFolder(join(bind.root, bind.below), { mode: 0o755, uid, gid, root: bind.root });
  }
}

async function bindsOf(ctx: Context, id: string): Promise<Bind[]> {
  const { cloneBinds = [] } = (await readSnapshot(ctx, id)) ?? {};
  const paths = cloneBinds.filter((path) => path !== "");
  return paths.map((path) =>
    path.startsWith("..")
      ? { path, root: ctx.paths.beside(id), below: besideFolder(path) }
      : { path, root: ctx.paths.clone(id), below: path },
  );
}

/** @returns false if the path or one of its parent folders does not exist */
async function checkBind(name: string, { path, root, below }: Bind): Promise<boolean> {
  let place = root;
  for (const part of below.split("/").filter((each) => each !== "")) {
    place = join(place, part);
    const found = await observe(name, path, place);
    if (found === undefined) return false;
    if (!found.isSymbolicLink()) continue;
    throw new CoworkError("UP_FAILED", `${plain(name)} mounts ${plain(path)}, which is a link.`, {
      hint: `replace the link by a folder or file: ${plain(place)}`,
    });
  }
  return true;
}

/** A path that cannot be read may be a link: root in a container can make a folder inaccessible to the user of the host. */
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
    throw new CoworkError("UP_FAILED", `${plain(name)} mounts ${plain(path)}, which cannot be checked: ${reason}`, {
      hint: `make it readable for this user: ${plain(place)}`,
      cause: error,
    });
  }
}
