import { join } from "node:path";
import type { PermissionRules } from "../../contract/work/rules.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import type { AgentSession } from "../types.ts";
import { readMemory, writeMemory } from "../memory.ts";
import { asSettings, filterSettings, mergeSettings, rulesIn } from "./own-settings.ts";
import { seedConfig } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import { copyInstructions } from "../own-ways.ts";

const maxBytes = 16 * 1024 * 1024;
/** The files of `~/.claude` that are instructions, not state. */
const instructions = ["CLAUDE.md", "agents", "commands", "skills", "rules", "output-styles"];

/** Writes a session's Claude config; what the session itself wrote there stays. Returns notes for the user. */
export async function prepareSession(ctx: Context, session: AgentSession): Promise<string[]> {
  const root = ctx.paths.agentState(session.id, "claude");
  const notes = await copyInstructions(ctx, session, root, { folder: ownFolder(ctx), entries: instructions });
  await bringSettings(ctx, session, root);
  const { login, account, accountUuid } = await readCredentials(ctx);
  // With a config but without a login, the program would skip its setup and fail at the first prompt.
  if (login.state !== "ok") return notes;
  const path = join(root, ".claude.json");
  const present = await readTextFile(path, { maxBytes, root });
  const existing = present === undefined ? undefined : asSettings(present);
  const config = seedConfig(existing, { account, accountUuid, workspaceFolder: session.workspaceFolder });
  if (config !== undefined) await write(ctx, path, root, config);
  return notes;
}

async function bringSettings(ctx: Context, session: AgentSession, root: string): Promise<void> {
  if (!session.ownWays) return;
  const memory = await readMemory(ctx, session.id);
  const own = filterSettings(await ownSettings(ctx));
  const last = memory.settings ?? {};
  const path = join(root, "settings.json");
  const present = asSettings(await readTextFile(path, { maxBytes, root }));
  const merged = mergeSettings(present, last, own);
  if (JSON.stringify(merged) !== JSON.stringify(present)) await write(ctx, path, root, merged);
  if (JSON.stringify(own) !== JSON.stringify(last)) await writeMemory(ctx, session.id, { ...memory, settings: own });
}

/** The user's permission rules on this host. The policy makes only its own rules count, so they are copied there. */
export async function readOwnRules(ctx: Context): Promise<PermissionRules | undefined> {
  return rulesIn(asSettings(await ownSettings(ctx)));
}

/** The user's own config folder on this host. */
function ownFolder(ctx: Context): string {
  return ctx.env.CLAUDE_CONFIG_DIR ?? join(ctx.user.home, ".claude");
}

async function ownSettings(ctx: Context): Promise<string> {
  return (await readTextFile(join(ownFolder(ctx), "settings.json"), { maxBytes }).catch(() => undefined)) ?? "{}";
}

async function write(ctx: Context, path: string, root: string, content: object): Promise<void> {
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, uid, gid, root });
}
