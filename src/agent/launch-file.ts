import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import type { Agent } from "./types.ts";

// The launcher's settings, in a form that sh can read: the container sees them, read-only, at /opt/cowork/session/agent-{id}.

/** @returns false if nothing changed */
export async function writeLaunchFile(ctx: Context, agent: Agent, id: string, version: string): Promise<boolean> {
  await ensureFolder(ctx.paths.container(id), { mode: 0o755 });
  const path = pathOf(ctx, agent, id);
  const content = `version=${version}\nuid=${ctx.user.sessionUid}\ngid=${ctx.user.sessionGid}\n`;
  if ((await readTextFile(path, { maxBytes })) === content) return false;
  await writeFileAtomic(path, content, { mode: 0o644 });
  return true;
}

/** The version that the launcher of this session starts; undefined if there is none yet. */
export async function readLaunchVersion(ctx: Context, agent: Agent, id: string): Promise<string | undefined> {
  const content = await readTextFile(pathOf(ctx, agent, id), { maxBytes });
  return /^version=([\w.-]+)$/m.exec(content ?? "")?.[1];
}

const maxBytes = 4096;

function pathOf(ctx: Context, agent: Agent, id: string): string {
  return join(ctx.paths.container(id), `agent-${agent.id}`);
}
