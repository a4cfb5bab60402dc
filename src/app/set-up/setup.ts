import { realpath, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists, readRegularFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { findBlock, withBlock, withoutBlock } from "./setup-block.ts";
import { completionLines, hasOwnLine, setupShells, startFile, type SetupShell } from "./setup-shells.ts";

/** An item that can be set up for this user. */
export interface SetupItem {
  name: "completion";
  shell: SetupShell;
  /** the file of the user that contains it, or would */
  file: string;
  /** `outdated`: set up differently by an earlier version; `by-hand`: the user added the line */
  state: "set-up" | "not-set-up" | "outdated" | "by-hand";
}

type SetupContext = Pick<Context, "paths" | "clock" | "signal" | "env" | "user">;

const maxBytes = 4 * 1024 * 1024;
const name = "completion";

/** All items, for the shells that the user has. @throws PERMISSION_DENIED, FILE_TOO_LARGE */
export async function readSetup(ctx: SetupContext): Promise<SetupItem[]> {
  const items: SetupItem[] = [];
  for (const shell of setupShells) {
    const file = startFile(shell, ctx.env, ctx.user.home);
    const text = await readFile(file);
    if (text === undefined && !(await isUsed(ctx, shell, file))) continue;
    items.push({ name, shell, file, state: stateOf(text ?? "", shell) });
  }
  return items;
}

/** Sets an item up or updates it. Running it again changes nothing. @throws PERMISSION_DENIED, DISK_FULL, SESSION_BUSY */
export async function setUp(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  if (item.state === "by-hand") return item;
  await editFile(ctx, item.file, (text) => withBlock(text, name, completionLines[item.shell]));
  return { ...item, state: "set-up" };
}

/** Removes what `setUp` added, and nothing else. @throws as `setUp` */
export async function undoSetup(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  if (item.state !== "set-up" && item.state !== "outdated") return item;
  await editFile(ctx, item.file, (text) => (text === undefined ? undefined : withoutBlock(text, name)));
  const [now] = (await readSetup(ctx)).filter(({ shell }) => shell === item.shell);
  return now ?? { ...item, state: "not-set-up" };
}

function stateOf(text: string, shell: SetupShell): SetupItem["state"] {
  const block = findBlock(text, name);
  if (block !== undefined) return block.lines === completionLines[shell] ? "set-up" : "outdated";
  return hasOwnLine(text, shell) ? "by-hand" : "not-set-up";
}

/** Without a start-up file, a shell counts as used if it is the login shell or its configuration folder exists. */
async function isUsed(ctx: SetupContext, shell: SetupShell, file: string): Promise<boolean> {
  if (ctx.env["SHELL"]?.endsWith(`/${shell}`) === true) return true;
  return dirname(file) !== ctx.user.home && (await pathExists(dirname(file)));
}

/** Reads bytes as latin1, so that any encoding is preserved. */
async function readFile(path: string): Promise<string | undefined> {
  const target = await targetOf(path);
  const bytes = await readRegularFile(target, { maxBytes });
  if (bytes !== undefined) return Buffer.from(bytes).toString("latin1");
  if (!(await pathExists(target))) return undefined;
  throw new CoworkError("PERMISSION_DENIED", `${plain(path)} is not a regular file.`, {
    hint: "move it away, then run the same command again",
  });
}

/** The file may be a link into a folder of dotfiles; the link is kept. */
async function targetOf(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

/** @param edit returns undefined if the file is to be deleted */
async function editFile(
  ctx: SetupContext,
  path: string,
  edit: (text: string | undefined) => string | undefined,
): Promise<void> {
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await withLock(ctx, "setup", { what: path }, async () => {
    const before = await readFile(path);
    const after = edit(before);
    const target = await targetOf(path);
    if (after === before) return;
    if (after === undefined) return await rm(target, { force: true });
    if (before === undefined) await ensureFolder(dirname(target), { mode: 0o755 });
    const { mode, uid, gid } = before === undefined ? { mode: 0o644 } : await stat(target);
    const owner = uid === undefined || gid === undefined ? {} : { uid, gid };
    await writeFileAtomic(target, Buffer.from(after, "latin1"), { mode: mode & 0o7777, ...owner });
  });
}
