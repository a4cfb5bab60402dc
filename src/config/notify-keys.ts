import type { ConfigKey, UserKeyName } from "./key-types.ts";
import { readChannels, readMachines, readQuietHours, readReminders, readServiceUrl } from "./notify-values.ts";
import { readSwitch } from "./values.ts";

// Values of these keys are no `Settings`, which go to hosts: `readNotifySettings` reads them, on the machine that sends messages.

type UserKey = Omit<ConfigKey, "name" | "defaultValue" | "parse" | "userOnly"> & { defaultValue?: string };

const checks =
  (read: (value: string) => unknown): ConfigKey["parse"] =>
  (value) =>
    read(value) === undefined ? undefined : {};

const matches =
  (pattern: RegExp): ConfigKey["parse"] =>
  (value) =>
    pattern.test(value) ? {} : undefined;

function userKey(name: UserKeyName, parse: ConfigKey["parse"], key: UserKey): ConfigKey {
  return { defaultValue: "", ...key, name, parse, userOnly: true };
}

const serviceUrl = "an https URL";
const secretText = /^[\u0021-\u007e]{16,256}$/;

export const notifyKeys: readonly ConfigKey[] = [
  userKey("PUBLIC_URL", checks(readPublicUrl), {
    doc: "The address of cowork's page behind a proxy of your own, which messages link to",
    form: "an https URL without a path",
    example: "https://cowork.example.org",
  }),
  userKey("NOTIFY", checks(readChannels), {
    doc: "Where messages go when an agent needs you; `cowork setup` asks for all that a channel needs",
    form: "`off`, or some of `desktop`, `telegram`, `ntfy`, `slack`, `discord` and `webhook`, separated by spaces",
    example: "desktop telegram",
    defaultValue: "off",
  }),
  userKey("NOTIFY_DETAILS", checks(readSwitch), {
    doc: "Say in messages what the agent wants to do, instead of only which session needs you; also lets Telegram show buttons",
    form: "`on` or `off`",
    example: "on",
    defaultValue: "off",
  }),
  userKey("NOTIFY_REMIND", checks(readReminders), {
    doc: "When to remind you of a question that is still open, counted from the first message",
    form: "`off`, or up to five ascending durations, separated by commas",
    example: "10m,1h",
    defaultValue: "5m,30m",
  }),
  userKey("NOTIFY_QUIET", checks(readQuietHours), {
    doc: "Hours without messages, in local time; what is still open then is told at their end",
    form: "two times of the day",
    example: "22:00-07:00",
    defaultDoc: "none",
  }),
  userKey("NOTIFY_PRIVATE", checks(readMachines), {
    doc: "Machines in private networks that messages may go to; without it only public addresses and this machine are reached",
    form: "names or addresses of machines, as in the URL of the service, separated by spaces",
    example: "ntfy.lan 10.0.0.5",
    defaultDoc: "none",
  }),
  userKey("NOTIFY_TELEGRAM_TOKEN", matches(/^\d{1,20}:[A-Za-z0-9_-]{20,100}$/), {
    doc: "The token of your own Telegram bot",
    form: "the token that @BotFather shows",
    example: "123456:AAE-abcdefghijklmnopqrstuvwxyz",
    secret: true,
  }),
  userKey("NOTIFY_TELEGRAM_CHAT", matches(/^-?\d{1,20}$/), {
    doc: "The chat that the bot writes to and takes answers from",
    form: "the number of a chat",
    example: "123456789",
  }),
  userKey("NOTIFY_TELEGRAM_USER", matches(/^\d{1,20}$/), {
    doc: "The only person whose answers count in that chat",
    form: "the number of a Telegram user",
    example: "123456789",
    defaultDoc: "the chat's number, which is also the person's in a private chat",
  }),
  userKey("NOTIFY_TELEGRAM_API", checks(readServiceUrl), {
    doc: "The address of another server of the Telegram Bot API",
    form: serviceUrl,
    example: "https://telegram.example.org",
    defaultValue: "https://api.telegram.org",
  }),
  userKey("NOTIFY_NTFY", checks(readNtfyUrl), {
    doc: "The ntfy topic to publish to; without a token the topic's name is the only secret, and must have 22 characters or more",
    form: "the https URL of a topic",
    example: "https://ntfy.sh/cowork-Zq3nTq0yVb8mKx4LrW2sJc",
    secret: true,
  }),
  userKey("NOTIFY_NTFY_TOKEN", matches(secretText), {
    doc: "An access token for the ntfy server",
    form: "a token of at least 16 characters",
    example: "tk_0123456789abcdef",
    secret: true,
  }),
  userKey("NOTIFY_SLACK", checks(readServiceUrl), {
    doc: "The incoming webhook of a Slack channel",
    form: serviceUrl,
    example: "https://hooks.slack.com/services/T000/B000/xyz",
    secret: true,
  }),
  userKey("NOTIFY_DISCORD", checks(readServiceUrl), {
    doc: "The webhook of a Discord channel",
    form: serviceUrl,
    example: "https://discord.com/api/webhooks/123/xyz",
    secret: true,
  }),
  userKey("NOTIFY_WEBHOOK_URL", checks(readServiceUrl), {
    doc: "A URL of your own that gets every message as JSON",
    form: serviceUrl,
    example: "https://example.org/cowork",
    secret: true,
  }),
  userKey("NOTIFY_WEBHOOK_SECRET", matches(secretText), {
    doc: "The secret that these messages are signed with, as Standard Webhooks says",
    form: "at least 16 characters without spaces, or `whsec_` and base64",
    example: "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
    secret: true,
  }),
];

/** The address without a path, as browsers send it in `Origin`. */
export function readPublicUrl(value: string): string | undefined {
  const url = readServiceUrl(value);
  return url === undefined || url.protocol !== "https:" || url.pathname !== "/" || url.search !== ""
    ? undefined
    : url.origin;
}

/** A server and a topic. */
export function readNtfyUrl(value: string): { server: URL; topic: string } | undefined {
  const url = readServiceUrl(value);
  const match = url?.search === "" ? /^(\/(?:.*\/)?)([A-Za-z0-9_-]{1,64})$/.exec(url.pathname) : null;
  if (url === undefined || match === null) return undefined;
  const [, folder = "/", topic = ""] = match;
  return { server: new URL(folder, url), topic };
}
