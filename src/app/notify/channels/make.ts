import type { NotifyNonce } from "../../../contract/notify/notify.ts";
import { desktopChannel } from "./desktop.ts";
import { discordChannel } from "./discord.ts";
import { ntfyChannel } from "./ntfy.ts";
import { slackChannel } from "./slack.ts";
import { telegramChannel } from "../telegram/channel.ts";
import type { Channel, ChannelParts } from "./types.ts";
import { webhookChannel } from "./webhook.ts";

/** The channels that are configured. @param keep remembers the buttons of a request; absent: messages have none that work */
export function makeChannels(
  parts: ChannelParts,
  keep: (digest: string, nonces: readonly NotifyNonce[]) => Promise<void> = async () => undefined,
): Channel[] {
  const { ctx, settings } = parts;
  const { channels, telegram, ntfy, slack, discord, webhook, privateMachines } = settings;
  return [
    ...(channels.includes("desktop") ? [desktopChannel(parts)] : []),
    ...(telegram === undefined ? [] : [telegramChannel({ ctx, bot: { config: telegram, privateMachines }, keep })]),
    ...(ntfy === undefined ? [] : [ntfyChannel(parts, ntfy)]),
    ...(slack === undefined ? [] : [slackChannel(parts, slack)]),
    ...(discord === undefined ? [] : [discordChannel(parts, discord)]),
    ...(webhook === undefined ? [] : [webhookChannel(parts, webhook)]),
  ];
}
