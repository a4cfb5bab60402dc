import { isDeepStrictEqual } from "node:util";
import { parseJson } from "../contract/common.ts";
import { sessionRules, type PermissionRules, type SessionRules } from "../contract/work/rules.ts";
import { CoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import { plain } from "../system/text.ts";
import { hasPolicy, writePolicy } from "./policy-files.ts";
import type { Agent } from "./types.ts";

// Nothing in the clone or in the agent's own config grants anything: only these rules count, and only the host can write them.

const maxBytes = 4 * 1024 * 1024;

type RulesContext = Pick<Context, "paths" | "clock" | "signal">;

/**
 * The permission rules of a session; without a file there are none.
 * @throws RECORD_CORRUPT
 */
export async function readRules(ctx: Pick<Context, "paths">, id: string): Promise<SessionRules> {
  const text = await readTextFile(ctx.paths.rules(id), { maxBytes });
  if (text === undefined) return { allow: [], deny: [], ask: [], repository: "none" };
  const found = sessionRules.safeParse(parseJson(text));
  if (found.success) return found.data;
  const message = `The permission rules of session ${plain(id)} cannot be read (${plain(ctx.paths.rules(id))}).`;
  throw new CoworkError("RECORD_CORRUPT", message, {
    hint: steps`move that file away, then run ${ownCommand("start", id)}`,
  });
}

/**
 * Adds permission rules to a session, and writes its policy again. An agent that runs notices that after about a second.
 * @param more rules in the agent's own words, e.g. `Bash(make test *)`
 * @returns the rules as they are now
 */
export async function addRules(
  ctx: RulesContext,
  agent: Agent,
  id: string,
  more: Partial<Pick<PermissionRules, "allow" | "deny" | "ask">>,
): Promise<SessionRules> {
  const joined = (present: readonly string[], added: readonly string[] = []): string[] => [
    ...new Set([...present, ...added]),
  ];
  return await changeRules(ctx, agent, id, (rules) => ({
    ...rules,
    allow: joined(rules.allow, more.allow),
    deny: joined(rules.deny, more.deny),
    ask: joined(rules.ask, more.ask),
  }));
}

/** Changes the rules of a session under their lock, and writes its policy again. Files that are right already are not written. */
export async function changeRules(
  ctx: RulesContext,
  agent: Agent,
  id: string,
  change: (rules: SessionRules) => SessionRules,
): Promise<SessionRules> {
  const present = await readRules(ctx, id);
  // The usual case, of every start and connect.
  if (isDeepStrictEqual(change(present), present) && (await isPolicyOf(ctx, agent, id, present))) return present;
  return await withLock(ctx, `rules-${id}`, { what: "the permission rules of a session" }, async () => {
    const before = await readRules(ctx, id);
    const after = change(before);
    if (!isDeepStrictEqual(before, after)) {
      await ensureFolder(ctx.paths.state(id), { mode: 0o700 });
      await writeFileAtomic(ctx.paths.rules(id), `${JSON.stringify(after, null, 1)}\n`, { mode: 0o600 });
    }
    const { policy } = agent.launch;
    if (policy !== undefined && !(await isPolicyOf(ctx, agent, id, after)))
      await writePolicy(ctx.paths.policy(id), policy.session(after));
    return after;
  });
}

/** Is the session's policy what its rules say? */
export async function isPolicyOf(
  ctx: Pick<Context, "paths">,
  agent: Agent,
  id: string,
  rules: SessionRules,
): Promise<boolean> {
  const { policy } = agent.launch;
  if (policy === undefined) return true;
  return await hasPolicy(ctx.paths.policy(id), policy.session(rules));
}
