import type { Sent } from "../../contract/work/calls.ts";
import type { RunPermissions } from "../../contract/work/permissions.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { findOneSession } from "../find/one-session.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";

/** Who says it, if not the user who runs cowork. */
export interface Speaker {
  /** permissions of a run that continues the conversation, at most */
  most: RunPermissions;
  /** for the journal, e.g. `mcp` */
  through: string;
}

/**
 * Says more to a session's agent, in the same conversation.
 * @throws AGENT_BUSY while it waits for an answer or runs in a terminal, NO_CONVERSATION, USAGE
 */
export async function sendPrompt(
  scope: Scope,
  word: string | undefined,
  text: string,
  speaker?: Speaker,
): Promise<Sent & { session: string }> {
  const { scope: its, selector } = await findOneSession(scope, word, "send");
  const [session] = selector.names;
  if (text.trim() === "") throw usageError("The text for the agent is empty.", `cowork send ${plain(session)} 'text'`);
  const settings = await its.settings();
  const sent = await (await hostOfOne(its, selector)).send(selector, { text, settings, ...speaker });
  return { ...sent, session };
}

/** Stops what a session's agent does now. The container stays. @returns how: see `interruptAgent` */
export async function interruptSession(
  scope: Scope,
  word: string | undefined,
): Promise<{ session: string; how: string }> {
  const { scope: its, selector } = await findOneSession(scope, word, "interrupt");
  const { how } = await (await hostOfOne(its, selector)).interrupt(selector, { by: scope.ctx.user.name });
  return { session: selector.names[0], how };
}
