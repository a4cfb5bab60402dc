import { join } from "node:path";
import type { Agent } from "../agent/types.ts";
import type { LogoutResult } from "../contract/login.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { lookAtPath } from "../system/files/files.ts";
import { removeTree } from "../system/files/tree.ts";
import { plain } from "../system/text.ts";
import { withLock } from "../system/locks.ts";
import { withAgentContainer, type AgentContainerRequest } from "./agent-container.ts";
import { withRefreshLock } from "./locks.ts";

export type { LogoutResult };

/**
 * Logs out everywhere on this host: first with the agent's own program, which also notifies the vendor, then by removing what is
 * left. If the program cannot run, the login is only removed, and the notes say so.
 * @param request a function, because finding or building an image may fail
 */
export async function logout(
  ctx: Context,
  agent: Agent,
  request: () => Promise<AgentContainerRequest>,
): Promise<LogoutResult> {
  const options = { waitMs: 0, what: `the ${agent.title} login` };
  return withLock(ctx, `auth-${agent.id}`, options, async (signal) => {
    const inner = { ...ctx, signal };
    if ((await agent.login.read(inner)).state === "none") return { loggedOut: false, notes: [] };
    const notes: string[] = [];
    const words = agent.login.commands.logout;
    if (words === undefined)
      notes.push(`the login was removed here, but is still valid at the vendor of ${agent.title}`);
    else notes.push(await logoutWithProgram(inner, agent, request, words));
    await withRefreshLock(inner, agent, async () => {
      await removeFolders(inner, agent);
      await agent.login.forget(inner);
    });
    return { loggedOut: true, notes };
  });
}

/** Never fails for another reason than an interruption: the login is removed from the vault in any case. */
async function logoutWithProgram(
  ctx: Context,
  agent: Agent,
  request: () => Promise<AgentContainerRequest>,
  words: readonly string[],
): Promise<string> {
  try {
    const linked = { ...(await request()), linked: true };
    const result = await withAgentContainer(ctx, agent, linked, async ({ id, program, user, env }) => {
      const spec = { command: [...program, ...words], user, env: { ...env, HOME: "/tmp" } } as const;
      return ctx.engine.exec(id, spec, { timeoutMs: 60_000, maxOutput: 16_384, signal: ctx.signal });
    });
    return plain(result.stdout || result.stderr);
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code === "INTERRUPTED") throw problem;
    return `${agent.title} could not run to log out (${problem.message}): the login was removed here, but is still valid at the vendor`;
  }
}

/** A session may have put a folder where a secret was: a log-out that fails would leave everything. */
async function removeFolders(ctx: Context, agent: Agent): Promise<void> {
  for (const file of agent.login.files) {
    const path = join(ctx.paths.vault(agent.id), file);
    if (lookAtPath(path)?.isDirectory() === true) await removeTree(path);
  }
}
