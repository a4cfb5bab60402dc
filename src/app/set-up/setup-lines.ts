import { dirname } from "node:path";
import { pathExists } from "../../system/files/files.ts";
import { findBlock, withBlock, withoutBlock } from "./setup-block.ts";
import { editUserFile, readUserFile, type SetupContext } from "./setup-file.ts";
import { setupShells, startFile, type SetupShell } from "./setup-shells.ts";
import type { SetupItem, SetupKind } from "./setup-types.ts";

/** A shell's start-up file, and what is in it: nothing if it does not exist. */
export interface StartFile {
  file: string;
  text: string;
}

interface ShellLines {
  name: SetupItem["name"];
  /** for the shell's start-up file; ASCII, and without a line that begins a block */
  lines: (ctx: SetupContext) => Promise<Readonly<Record<SetupShell, string>>>;
  /** what the user has instead of it */
  own: (ctx: SetupContext, shell: SetupShell, where: StartFile) => Promise<"by-hand" | "taken" | undefined>;
}

/** What lines in the start-up file of each of the user's shells set up. */
export function shellLines({ name, lines, own }: ShellLines): SetupKind {
  const readOne = async (ctx: SetupContext, shell: SetupShell): Promise<SetupItem[]> => {
    const file = startFile(shell, ctx.env, ctx.user.home);
    const found = await readUserFile(file);
    if (found === undefined && !(await isUsed(ctx, shell, file))) return [];
    const text = found ?? "";
    const block = findBlock(text, name);
    if (block !== undefined)
      return [{ name, shell, file, state: block.lines === (await lines(ctx))[shell] ? "set-up" : "outdated" }];
    return [{ name, shell, file, state: (await own(ctx, shell, { file, text })) ?? "not-set-up" }];
  };
  return {
    name,
    read: async (ctx) => (await Promise.all(setupShells.map(async (shell) => await readOne(ctx, shell)))).flat(),
    setUp: async (ctx, item) => {
      const { shell } = item;
      if (shell === undefined) return item;
      const wanted = (await lines(ctx))[shell];
      await editUserFile(ctx, item.file, (text) => withBlock(text, name, wanted));
      return { ...item, state: "set-up" };
    },
    undo: async (ctx, item) => {
      await editUserFile(ctx, item.file, (text) => (text === undefined ? undefined : withoutBlock(text, name)));
      const [now] = item.shell === undefined ? [] : await readOne(ctx, item.shell);
      return now ?? { ...item, state: "not-set-up" };
    },
  };
}

/** Without a start-up file, a shell counts as used if it is the login shell or its configuration folder exists. */
async function isUsed(ctx: SetupContext, shell: SetupShell, file: string): Promise<boolean> {
  if (ctx.env["SHELL"]?.endsWith(`/${shell}`) === true) return true;
  return dirname(file) !== ctx.user.home && (await pathExists(dirname(file)));
}
