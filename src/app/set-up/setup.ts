import { dirname, join } from "node:path";
import { pathExists } from "../../system/files/files.ts";
import { aliasAgent, aliasLines, hasOwnAlias } from "./setup-alias.ts";
import { readUserFile, type SetupContext } from "./setup-file.ts";
import { mcp } from "./setup-mcp.ts";
import { notifications } from "./setup-notify.ts";
import { service } from "./setup-service.ts";
import { shellLines, type StartFile } from "./setup-lines.ts";
import { completionLines, hasOwnLine, type SetupShell } from "./setup-shells.ts";
import type { SetupItem, SetupKind } from "./setup-types.ts";

export type { SetupItem };

/** In the order in which they are asked for. */
const kinds: readonly SetupKind[] = [
  shellLines({
    name: "alias",
    lines: async (ctx) => aliasLines(await aliasAgent(ctx)),
    own: async (ctx, shell, where) => ((await hasOwn(ctx, shell, where)) ? "taken" : undefined),
  }),
  shellLines({
    name: "completion",
    lines: async () => completionLines,
    own: async (_, shell, { text }) => (hasOwnLine(text, shell) ? "by-hand" : undefined),
  }),
  mcp,
  notifications,
  service,
];

/** All items, for the shells and the programs that the user has. @throws PERMISSION_DENIED, FILE_TOO_LARGE, TIMEOUT */
export async function readSetup(ctx: SetupContext): Promise<SetupItem[]> {
  return (await Promise.all(kinds.map(async (kind) => await kind.read(ctx)))).flat();
}

/** Can it be set up or updated? */
export function isMissing({ state }: SetupItem): boolean {
  return state === "not-set-up" || state === "outdated";
}

/** Does its set-up ask for more than a yes? */
export function needsAnswers({ name }: SetupItem): boolean {
  return name === "notifications";
}

/**
 * Sets an item up or updates it. Running it again changes nothing, and what the user has instead is kept.
 * @throws PERMISSION_DENIED, DISK_FULL, SESSION_BUSY
 */
export async function setUp(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  return isMissing(item) ? await kindOf(item).setUp(ctx, item) : item;
}

/** Removes what `setUp` added, and nothing else. @throws as `setUp` */
export async function undoSetup(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  return item.state === "set-up" || item.state === "outdated" ? await kindOf(item).undo(ctx, item) : item;
}

function kindOf({ name }: SetupItem): SetupKind {
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

/** Looks where people and the agent's own installer put it. The lines themselves check the rest when a shell starts. */
async function hasOwn(ctx: SetupContext, shell: SetupShell, { file, text }: StartFile): Promise<boolean> {
  const agent = await aliasAgent(ctx);
  if (hasOwnAlias(text, shell, agent)) return true;
  if (shell === "fish") return await pathExists(join(dirname(file), "functions", `${agent}.fish`));
  return (
    shell === "bash" && hasOwnAlias((await readUserFile(join(ctx.user.home, ".bash_aliases"))) ?? "", shell, agent)
  );
}
