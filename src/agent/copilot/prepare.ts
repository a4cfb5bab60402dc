import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import type { JsonObject } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { asList } from "../input/json.ts";
import { copyInstructions } from "../own-ways.ts";
import { readRules } from "../rules.ts";
import type { AgentSession } from "../types.ts";
import { readConfig, writeConfig } from "./config-file.ts";

/** What of `~/.copilot` is instructions, not state. Tried: a link to it is followed. */
const instructions = ["copilot-instructions.md"];

/**
 * Copies the user's instructions, and writes what the first start in a session would ask or show: whether the folder is trusted, and the banner. Settings of a repository
 * that the user refused are not read: there the program asks. What the session itself wrote stays.
 */
export async function prepareSession(ctx: Context, session: AgentSession): Promise<string[]> {
  const root = ctx.paths.agentState(session.id, "copilot");
  const folder = ctx.env.COPILOT_HOME ?? join(ctx.user.home, ".copilot");
  const notes = await copyInstructions(ctx, session, root, { folder, entries: instructions });
  const settings = join(root, "settings.json");
  if ((await readConfig(settings, root)) === undefined)
    await writeConfig(ctx, settings, root, { banner: "never", showTipsOnStartup: false });
  const { workspaceFolder } = session;
  if (workspaceFolder === undefined) return notes;
  const { repository } = await readRules(ctx, session.id);
  const path = join(root, "config.json");
  const present = (await readConfig(path, root)) ?? {};
  const config = withTrust(present, workspaceFolder, repository !== "refused");
  if (!isDeepStrictEqual(config, present)) await writeConfig(ctx, path, root, config);
  return notes;
}

/** Pure. */
export function withTrust(config: JsonObject, folder: string, isTrusted: boolean): JsonObject {
  const others = asList(config["trustedFolders"]).filter((one) => one !== folder);
  return {
    // Otherwise the first start shows a tip about the vendor's desktop program.
    appTipShown: true,
    ...config,
    trustedFolders: isTrusted ? [...others, folder] : others,
  };
}
