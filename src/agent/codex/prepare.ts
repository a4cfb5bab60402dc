import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { copyInstructions } from "../own-ways.ts";
import { readRules } from "../rules.ts";
import type { AgentSession } from "../types.ts";

const maxBytes = 4 * 1024 * 1024;
/** The files of `~/.codex` that are instructions, not state. The program makes a folder `skills` of its own. */
const instructions = ["AGENTS.md", "AGENTS.override.md", "prompts"];

/** Copies the user's instructions, and says whether the session's folder is trusted. */
export async function prepareSession(ctx: Context, session: AgentSession): Promise<string[]> {
  const root = ctx.paths.agentState(session.id, "codex");
  const folder = ctx.env.CODEX_HOME ?? join(ctx.user.home, ".codex");
  const notes = await copyInstructions(ctx, session, root, { folder, entries: instructions });
  await writeTrust(ctx, session, root);
  return notes;
}

/**
 * Says in the session's config whether its folder is trusted: no one is asked at the first start. Of a repository that the user refused
 * the program reads nothing, no AGENTS.md either, and says so at each start in a terminal. Everything else in the file stays as the session wrote it.
 */
async function writeTrust(ctx: Context, session: AgentSession, root: string): Promise<void> {
  const { workspaceFolder } = session;
  if (workspaceFolder === undefined) return;
  const path = join(root, "config.toml");
  const present = (await readTextFile(path, { maxBytes, root })) ?? "";
  const { repository } = await readRules(ctx, session.id);
  const content = withTrust(present, workspaceFolder, repository === "refused" ? "untrusted" : "trusted");
  if (content === present) return;
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(path, content, { mode: 0o600, uid, gid, root });
}

/** Pure. A table of the same name is one that we or the program wrote, in this form. */
export function withTrust(config: string, folder: string, level: "trusted" | "untrusted"): string {
  const head = `[projects.${JSON.stringify(folder)}]`;
  const lines = config.split("\n");
  const at = lines.findIndex((line) => line.trim() === head);
  const own = `trust_level = "${level}"`;
  if (at === -1) {
    const before = config === "" || config.endsWith("\n") ? config : `${config}\n`;
    return `${before}${config === "" ? "" : "\n"}${head}\n${own}\n`;
  }
  const next = lines.findIndex((line, n) => n > at && line.trimStart().startsWith("["));
  const end = next === -1 ? lines.length : next;
  const key = lines.findIndex((line, n) => n > at && n < end && /^\s*trust_level\s*=/.test(line));
  if (key === -1) return lines.toSpliced(at + 1, 0, own).join("\n");
  return lines[key] === own ? config : lines.with(key, own).join("\n");
}
