import { readNotifySettings } from "../../config/notify.ts";
import type { ChannelName } from "../../config/notify-values.ts";
import type { MutedView } from "../../contract/notify/notify.ts";
import { notifierLock } from "../../session/work/mute.ts";
import { isHeld } from "../../system/locks.ts";
import type { Scope } from "../scope.ts";
import { askHosts } from "../sessions/ask-hosts.ts";
import { readNotifier } from "./store.ts";

export interface NotifyStatus {
  /** a process of this home sends messages now */
  active: boolean;
  channels: { name: ChannelName; deliveredAt?: string; failedAt?: string; problem?: string }[];
  details: boolean;
  /** as in the configuration, in ms */
  remindMs: number[];
  quiet: { from: number; to: number } | null;
  muted: { project: string; session: string; host: string; until?: string }[];
}

/** What is configured, which messages came through last, and which sessions are muted. @throws as `readNotifySettings` */
export async function notifyStatus(scope: Scope): Promise<NotifyStatus> {
  const { ctx } = scope;
  const settings = await readNotifySettings(ctx);
  const { channels } = await readNotifier(ctx);
  return {
    active: isHeld(ctx, notifierLock),
    channels: settings.channels.map((name) => {
      const { deliveredAt, failedAt, problem } = channels[name] ?? {};
      return {
        name,
        ...(deliveredAt === undefined ? {} : { deliveredAt: new Date(deliveredAt).toISOString() }),
        ...(failedAt === undefined ? {} : { failedAt: new Date(failedAt).toISOString() }),
        ...(problem === undefined ? {} : { problem }),
      };
    }),
    details: settings.details,
    remindMs: settings.remindMs,
    quiet: settings.quiet ?? null,
    muted: await mutedSessions(scope),
  };
}

async function mutedSessions(scope: Scope): Promise<NotifyStatus["muted"]> {
  const answers = await askHosts(scope, {}, async (host, { selector }) => await host.work(selector, { check: false }));
  return answers.flatMap(({ host, views }) =>
    views.flatMap(({ name: session, project, muted }) =>
      muted?.muted === true ? [{ project, session, host, ...untilOf(muted) }] : [],
    ),
  );
}

function untilOf({ until }: MutedView): { until?: string } {
  return until === undefined ? {} : { until };
}
