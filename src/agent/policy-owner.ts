import { lstatSync } from "node:fs";
import { join } from "node:path";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { homeId } from "../system/home-id.ts";
import { readRules } from "./rules.ts";
import type { Agent } from "./types.ts";

const timeoutMs = 60_000;

/**
 * Makes root the owner of a session's policy, for an agent that believes no other. Only needed where cowork does not run as root: there a
 * temporary container without network does it, which sees nothing but that folder. Folders keep their owner, so that this user can
 * replace and remove the files.
 * @param image one of cowork's own
 * @returns notes for the user
 */
export async function givePolicyToRoot(
  ctx: Context,
  agent: Agent,
  id: string,
  image: (() => Promise<string>) | undefined,
): Promise<string[]> {
  const { policy } = agent.launch;
  const own = ctx.user.uid;
  if (policy?.ownedByRoot !== true || own === 0 || image === undefined) return [];
  const source = ctx.paths.policy(id);
  const files = Object.keys(policy.session(await readRules(ctx, id)));
  const left = files.filter((name) => lstatSync(join(source, name), { throwIfNoEntry: false })?.uid === own);
  if (left.length === 0) return [];
  try {
    const { code, stderr } = await ctx.engine.runHelper(
      {
        image: await image(),
        command: ["chown", "0:0", ...left],
        user: "0",
        workingDir: "/policy",
        binds: [{ source, target: "/policy" }],
        labels: { "cowork.home": homeId(ctx.paths) },
      },
      { timeoutMs, maxOutput: 4096, signal: ctx.signal },
    );
    if (code === 0) return [];
    ctx.log(`policy of ${id}: ${stderr}`);
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code === "INTERRUPTED") throw problem;
    ctx.log(`policy of ${id}: ${problem.message}`);
  }
  return [
    `${agent.title} does not report what it does in this session, because the owner of its policy could not be set`,
  ];
}
