import { usageError } from "../../errors.ts";
import { readDuration } from "../../config/values.ts";
import { plain } from "../../system/text.ts";
import { findOneSession } from "../find/one-session.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";

export interface MuteChange {
  session: string;
  project: string;
  muted: boolean;
  /** ISO 8601; absent: until it is unmuted */
  until?: string;
}

/**
 * Sets whether messages about a session are sent, from whichever machine.
 * @param wanted.duration such as `2h`; undefined: until it is unmuted
 * @throws USAGE, SESSION_NOT_FOUND, HOST_UNREACHABLE
 */
export async function muteSession(
  scope: Scope,
  word: string | undefined,
  { muted, duration }: { muted: boolean; duration: string | undefined },
): Promise<MuteChange> {
  const { ctx } = scope;
  const ms = duration === undefined ? undefined : readDuration(duration);
  if (duration !== undefined && !(ms !== undefined && ms > 0))
    throw usageError(`--for ${plain(duration)} is not a duration.`, "cowork notify mute <session> --for 2h");
  const until = ms === undefined ? undefined : new Date(ctx.clock.now().getTime() + ms).toISOString();
  const { scope: its, selector } = await findOneSession(scope, word, muted ? "notify mute" : "notify unmute");
  const request = { muted, by: ctx.user.name, ...(until === undefined ? {} : { until }) };
  const view = await (await hostOfOne(its, selector)).mute(selector, request);
  return { session: selector.names[0], project: selector.project?.name ?? "", ...view };
}
