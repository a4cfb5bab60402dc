import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists, readRegularFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { mergeEntries, parseEntries, type SshEntry } from "./entries.ts";
import { followLink } from "./follow-link.ts";
import { addInclude } from "./include-line.ts";
import { renderConfig, type ConfigPlace } from "./render-config.ts";

const maxBytes = 4 * 1024 * 1024;
const head = "# Made by `cowork ssh-config --write`, which writes it anew: what is changed here is lost.\n\n";

export interface Written {
  /** cowork's own file, all of which is written anew */
  file: string;
  /** the user's, and whether it has got the line now or had it */
  include: { file: string; added: boolean };
}

/**
 * Makes plain `ssh` know these sessions. The user's own configuration gets one line, once.
 * @param scopes what the entries of each are all there is of: what the file has of it besides goes
 * @throws PERMISSION_DENIED, DISK_FULL, FILE_TOO_LARGE
 */
export async function writeSshConfig(
  ctx: Pick<Context, "paths" | "user" | "clock" | "signal">,
  scopes: readonly { scope: { host: string; project?: string }; entries: readonly SshEntry[] }[],
  place: ConfigPlace,
): Promise<Written> {
  const file = join(ctx.paths.ssh, "config");
  return await withLock(ctx, "ssh-config", { what: file }, async () => {
    await ensureFolder(ctx.paths.ssh, { mode: 0o700 });
    const known = (await readRegularFile(file, { maxBytes })) ?? new Uint8Array();
    const before = parseEntries(Buffer.from(known).toString());
    const all = scopes.reduce((merged, { scope, entries }) => mergeEntries(merged, entries, scope), before);
    const text = head + renderConfig(all, place);
    if (!Buffer.from(text).equals(known)) await writeFileAtomic(file, text);
    return { file, include: await includeIt(join(ctx.user.home, ".ssh", "config"), file) };
  });
}

async function includeIt(config: string, file: string): Promise<Written["include"]> {
  const target = await followLink(config);
  await ensureFolder(dirname(target));
  const bytes = await readRegularFile(target, { maxBytes });
  if (bytes === undefined && (await pathExists(target))) {
    const hint = "move it away, then run the same command again";
    throw new CoworkError("PERMISSION_DENIED", `${plain(target)} should be a file and is something else.`, { hint });
  }
  const text = addInclude(Buffer.from(bytes ?? []).toString("latin1"), file);
  if (text === undefined) return { file: config, added: false };
  const { mode, uid, gid } = bytes === undefined ? { mode: 0o600 } : await ownership(target);
  const owner = uid === undefined || gid === undefined ? {} : { uid, gid };
  await writeFileAtomic(target, Buffer.from(text, "latin1"), { mode, ...owner });
  return { file: config, added: true };
}

async function ownership(path: string): Promise<{ mode: number; uid?: number; gid?: number }> {
  const { mode, uid, gid } = await stat(path);
  return { mode: mode & 0o777, uid, gid };
}
