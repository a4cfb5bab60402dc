import { randomBytes } from "node:crypto";
import { confLine } from "../../config/conf-text.ts";
import type { ChannelName } from "../../config/notify-values.ts";
import type { UserKeyName } from "../../config/key-types.ts";
import { getKey, parseValue } from "../../config/keys.ts";
import { plain } from "../../system/text.ts";
import { findSender } from "../notify/channels/desktop.ts";
import { findChats } from "../notify/telegram/find-chats.ts";
import type { SetupContext } from "./setup-file.ts";

type Values = Partial<Record<UserKeyName, string>>;

const labels: Readonly<Record<ChannelName, string>> = {
  desktop: "this desktop",
  telegram: "Telegram: a bot of your own, which also takes your answers",
  ntfy: "ntfy: push to a phone",
  slack: "Slack: an incoming webhook",
  discord: "Discord: a webhook of a channel",
  webhook: "a URL of your own, which gets signed JSON",
};

/**
 * Asks for a channel and for what it needs.
 * @returns the lines for the configuration; undefined if nothing was chosen
 * @throws CONFIG_VALUE_INVALID for an answer of the wrong form, without a secret in the text
 */
export async function askForChannel(ctx: SetupContext): Promise<string[] | undefined> {
  const names = Object.keys(labels) as ChannelName[];
  const offered = names.filter((one) => one !== "desktop" || findSender(ctx) !== undefined);
  const choices = offered.map((value) => ({ value, label: labels[value] }));
  const chosen = await ctx.ask({ kind: "choice", text: "Where should messages go when an agent needs you?", choices });
  const channel = offered.find((one) => one === chosen);
  const values = channel === undefined ? undefined : await valuesOf(ctx, channel);
  if (channel === undefined || values === undefined) return undefined;
  const details = await ctx.ask({ kind: "confirm", text: detailsQuestion(channel) });
  const all: Values = { NOTIFY: channel, ...values, NOTIFY_DETAILS: details === true ? "on" : "off" };
  return Object.entries(all).map(([key, value]) => {
    parseValue(getKey(key), value);
    return confLine(key, value);
  });
}

function detailsQuestion(channel: ChannelName): string {
  const more = channel === "telegram" ? " Only then it has buttons to answer." : "";
  return `Shall messages say what the agent wants to do, such as the command? Otherwise they name the session only.${more}`;
}

/** Undefined if the person gave up. */
async function valuesOf(ctx: SetupContext, channel: ChannelName): Promise<Values | undefined> {
  const secret = async (text: string, ...detail: string[]): Promise<string | undefined> =>
    (await ctx.askSecret({ text, detail, echo: false }))?.trim();
  if (channel === "desktop") return {};
  if (channel === "telegram") return await telegramValues(ctx, secret);
  if (channel === "ntfy") return await ntfyValues(ctx);
  if (channel === "webhook") return await webhookValues(ctx, secret);
  const url = await secret(channel === "slack" ? "URL of the incoming webhook" : "URL of the channel's webhook");
  return url === undefined ? undefined : { [channel === "slack" ? "NOTIFY_SLACK" : "NOTIFY_DISCORD"]: url };
}

type Secret = (text: string, ...detail: string[]) => Promise<string | undefined>;

async function telegramValues(ctx: SetupContext, secret: Secret): Promise<Values | undefined> {
  const token = await secret(
    "Token of the bot",
    "Write /newbot to @BotFather in Telegram; it makes a bot and shows its token.",
  );
  if (token === undefined) return undefined;
  parseValue(getKey("NOTIFY_TELEGRAM_TOKEN"), token);
  const ready = await ctx.askSecret({ text: "Write /start to your new bot now, then press Enter", echo: true });
  if (ready === undefined) return undefined;
  const chats = await findChats(ctx, token);
  const choices = chats.map(({ id, name }) => ({ value: id, label: `${plain(name)} (${id})` }));
  const chosen =
    chats.length === 0
      ? await ctx.askSecret({ text: "The bot got no message. Number of the chat", echo: true })
      : await ctx.ask({ kind: "choice", text: "Which of these is you? Anyone can write to a bot.", choices });
  if (typeof chosen !== "string") return undefined;
  return { NOTIFY_TELEGRAM_TOKEN: token, NOTIFY_TELEGRAM_CHAT: chosen.trim() };
}

async function ntfyValues(ctx: SetupContext): Promise<Values | undefined> {
  const text = "ntfy server (Enter: https://ntfy.sh)";
  const given = (await ctx.askSecret({ text, echo: true }))?.trim();
  if (given === undefined) return undefined;
  const server = (given === "" ? "https://ntfy.sh" : given).replace(/\/+$/, "");
  const topic = `cowork-${randomBytes(16).toString("base64url")}`;
  const detail = [`Subscribe to this topic in the ntfy app, and keep it to yourself: ${topic}`];
  const ready = await ctx.askSecret({ text: "Press Enter when you have", detail, echo: true });
  return ready === undefined ? undefined : { NOTIFY_NTFY: `${server}/${topic}` };
}

async function webhookValues(ctx: SetupContext, secret: Secret): Promise<Values | undefined> {
  const url = await secret("URL that gets the messages");
  if (url === undefined) return undefined;
  const key = `whsec_${randomBytes(32).toString("base64")}`;
  const detail = [`Messages are signed as Standard Webhooks says, with this secret: ${key}`];
  const ready = await ctx.askSecret({ text: "Press Enter when you have it", detail, echo: true });
  return ready === undefined ? undefined : { NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_SECRET: key };
}
