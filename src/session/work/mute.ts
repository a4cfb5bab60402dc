import { rmSync } from "node:fs";
import { parseJson } from "../../contract/common.ts";
import { mutedView, type MutedView, type MuteRequest } from "../../contract/notify/notify.ts";
import type { OneSession } from "../../contract/remote/requests.ts";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { isHeld } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { appendHistory } from "../../work/history/append.ts";
import { requireRecord } from "../record/records.ts";

/** Held by the process of this home that sends messages. */
export const notifierLock = "notifier";

/**
 * Sets whether messages about a session are sent, from whichever machine.
 * @throws SESSION_NOT_FOUND
 */
export async function muteSession(
  ctx: Context,
  selector: OneSession,
  { muted, until, by }: MuteRequest,
): Promise<MutedView> {
  const { id } = await requireRecord(ctx, selector);
  const view: MutedView = { muted, ...(until === undefined || !muted ? {} : { until }) };
  if (muted) await writeFileAtomic(ctx.paths.muted(id), JSON.stringify(view), { mode: 0o600 });
  else rmSync(ctx.paths.muted(id), { force: true });
  const data = { by: plain(by).slice(0, 100), ...(view.until === undefined ? {} : { until: view.until }) };
  await appendHistory(ctx, id, [{ source: "person", type: muted ? "session.muted" : "session.unmuted", data }]);
  return view;
}

/** Undefined if messages about the session are sent. */
export function readMuted(ctx: Pick<Context, "paths" | "clock">, id: string): MutedView | undefined {
  const bytes = readSmallFile(ctx.paths.muted(id), { maxBytes: 4096 });
  const view = bytes === undefined ? undefined : mutedView.safeParse(parseJson(bytes.toString("utf8"))).data;
  const isOver = view?.until !== undefined && Date.parse(view.until) <= ctx.clock.now().getTime();
  return view?.muted === true && !isOver ? view : undefined;
}

/** Whether a process of this home sends messages itself, so that another machine need not. */
export function notifierActive(ctx: Pick<Context, "paths">): { active: boolean } {
  return { active: isHeld(ctx, notifierLock) };
}
