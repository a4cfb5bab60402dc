import { readNotifySettings, type NotifySettings } from "../../config/notify.ts";
import type { ChannelName } from "../../config/notify-values.ts";
import { ownCommand } from "../../hint.ts";
import { toCoworkError, type CoworkError } from "../../errors.ts";
import { adviceFrom, adviceOf } from "../../session/checks/advice.ts";
import type { Check } from "../../session/session-host.ts";
import { makeChannels } from "./channels/make.ts";
import type { ChannelContext } from "./channels/types.ts";
import type { Message } from "./message.ts";
import { readNotifier } from "./store.ts";
import type { Context } from "../../system/context.ts";

/** Sends one message through each channel. @returns undefined for one that took it, else why not */
export async function sendTestMessage(
  ctx: ChannelContext,
  settings: NotifySettings,
  terminal: ((sequence: string) => void) | undefined,
): Promise<{ channel: ChannelName; error: CoworkError | undefined }[]> {
  const message = testMessage(ctx);
  return await Promise.all(
    makeChannels({ ctx, settings, terminal }).map(async (channel) => {
      const error = await channel.send(message).then(
        () => undefined,
        (problem: unknown) => toCoworkError(problem),
      );
      return { channel: channel.name, error };
    }),
  );
}

function testMessage({ clock }: Pick<Context, "clock">): Message {
  const since = clock.now().getTime();
  const about = { kind: "notice", host: "local", project: "cowork", session: "test", sessionId: "test" } as const;
  return {
    topic: { key: "test", ...about, since, text: "", reminded: 0, sent: [] },
    reminder: 0,
    title: "cowork can reach you here",
    place: "This is a test.",
    next: "cowork notify",
  };
}

/**
 * Checks the configuration of notifications, without a message unless it is wanted: `doctor` is run often.
 * @param terminal with a test message: writes to the caller's terminal
 */
export async function checkNotify(
  ctx: Context,
  { send, terminal }: { send: boolean; terminal?: ((sequence: string) => void) | undefined },
): Promise<Check[]> {
  const title = "Notifications";
  try {
    const settings = await readNotifySettings(ctx);
    if (settings.channels.length === 0) {
      const detail = "NOTIFY names no channel";
      return send ? [{ title, status: "warning", detail, ...adviceOf(["run ", ownCommand("setup")]) }] : [];
    }
    if (!send) return [await lastDeliveries(ctx, settings)];
    const sent = await sendTestMessage(ctx, settings, terminal);
    return sent.map(({ channel, error }) =>
      error === undefined
        ? { title: `Test message (${channel})`, status: "ok", detail: "sent" }
        : { title: `Test message (${channel})`, status: "problem", detail: error.message, ...adviceFrom(error) },
    );
  } catch (error) {
    const known = toCoworkError(error);
    return [{ title, status: "problem", detail: known.message, ...adviceFrom(known) }];
  }
}

async function lastDeliveries(ctx: Context, { channels }: NotifySettings): Promise<Check> {
  const title = "Notifications";
  const { channels: known } = await readNotifier(ctx);
  const problems = channels.flatMap((name) => known[name]?.problem ?? []);
  if (problems.length === 0) return { title, status: "ok", detail: channels.join(", ") };
  return {
    title,
    status: "warning",
    detail: problems.join(" "),
    ...adviceOf(["test it with ", ownCommand("doctor", "--notify")]),
  };
}
