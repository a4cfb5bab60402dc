import { stat } from "node:fs/promises";
import { CoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { isAbsent } from "../system/files/files.ts";
import { shellWord } from "../system/shell-word.ts";
import { plain } from "../system/text.ts";
import { getKey, parseValue } from "./keys.ts";
import type { UserKeyName } from "./key-types.ts";
import { notifyKeys, readNtfyUrl, readPublicUrl as parsePublicUrl } from "./notify-keys.ts";
import {
  readChannels,
  readMachines,
  readQuietHours,
  readReminders,
  type ChannelName,
  type QuietHours,
} from "./notify-values.ts";
import { readUserConf } from "./read.ts";
import { readSwitch } from "./values.ts";

/** Where messages go and when, from the user's own file. Never sent to another machine, never shown. */
export interface NotifySettings {
  channels: ChannelName[];
  details: boolean;
  /** ms after the first message, ascending */
  remindMs: number[];
  quiet: QuietHours | undefined;
  /** machines in private networks that may be reached */
  privateMachines: string[];
  publicUrl: string | undefined;
  telegram?: { token: string; chat: string; user: string; api: string };
  ntfy?: { server: URL; topic: string; token: string | undefined };
  slack?: { url: string };
  discord?: { url: string };
  webhook?: { url: string; secret: string };
}

type ConfContext = Pick<Context, "paths" | "user">;

/**
 * Reads what the user's `.cowork.conf` says about notifications.
 * @throws CONFIG_VALUE_INVALID also for a channel without what it needs; PERMISSION_DENIED if others can read a file with a secret;
 * CONFIG_FILE_CORRUPT
 */
export async function readNotifySettings(ctx: ConfContext): Promise<NotifySettings> {
  const file = ctx.paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  const get = (name: UserKeyName): string => {
    const key = getKey(name);
    parseValue(key, values[name] ?? "", file);
    const given = values[name]?.trim() ?? "";
    return given === "" && typeof key.defaultValue === "string" ? key.defaultValue : given;
  };
  await refuseOpenFile(ctx, values);
  const channels = readChannels(get("NOTIFY")) ?? [];
  const need = (channel: ChannelName, name: UserKeyName): string => get(name) || missing(channel, name);
  const settings: NotifySettings = {
    channels,
    details: readSwitch(get("NOTIFY_DETAILS")) ?? false,
    remindMs: readReminders(get("NOTIFY_REMIND")) ?? [],
    quiet: readQuietHours(get("NOTIFY_QUIET")),
    privateMachines: readMachines(get("NOTIFY_PRIVATE")) ?? [],
    publicUrl: parsePublicUrl(get("PUBLIC_URL")),
  };
  const has = (name: ChannelName): boolean => channels.includes(name);
  if (has("telegram")) settings.telegram = readTelegram(get, (name) => need("telegram", name));
  if (has("ntfy")) settings.ntfy = readNtfy(need("ntfy", "NOTIFY_NTFY"), get("NOTIFY_NTFY_TOKEN"));
  if (has("slack")) settings.slack = { url: need("slack", "NOTIFY_SLACK") };
  if (has("discord")) settings.discord = { url: need("discord", "NOTIFY_DISCORD") };
  if (has("webhook"))
    settings.webhook = {
      url: need("webhook", "NOTIFY_WEBHOOK_URL"),
      secret: need("webhook", "NOTIFY_WEBHOOK_SECRET"),
    };
  return settings;
}

/** The address of the page behind the user's own proxy, without a path. @throws CONFIG_VALUE_INVALID, CONFIG_FILE_CORRUPT */
export async function readPublicUrl(ctx: Pick<Context, "paths">): Promise<string | undefined> {
  const file = ctx.paths.userConf;
  const value = ((await readUserConf(file)) ?? {})["PUBLIC_URL"]?.trim() ?? "";
  parseValue(getKey("PUBLIC_URL"), value, file);
  return parsePublicUrl(value);
}

function readTelegram(
  get: (name: UserKeyName) => string,
  need: (name: UserKeyName) => string,
): NonNullable<NotifySettings["telegram"]> {
  const chat = need("NOTIFY_TELEGRAM_CHAT");
  // In a group the chat's number is no person's, and everybody there could answer.
  const user = chat.startsWith("-") ? need("NOTIFY_TELEGRAM_USER") : get("NOTIFY_TELEGRAM_USER") || chat;
  return { token: need("NOTIFY_TELEGRAM_TOKEN"), chat, user, api: get("NOTIFY_TELEGRAM_API").replace(/\/+$/, "") };
}

/** 128 bits in base64. */
const minTopic = 22;

function readNtfy(value: string, token: string): NonNullable<NotifySettings["ntfy"]> {
  const found = readNtfyUrl(value);
  if (found === undefined || (token === "" && found.topic.length < minTopic)) {
    throw new CoworkError(
      "CONFIG_VALUE_INVALID",
      `The topic of NOTIFY_NTFY can be guessed: without a token it must have at least ${minTopic} characters.`,
      {
        hint: steps`${ownCommand("config", "set", "NOTIFY_NTFY")}, or ${ownCommand("config", "set", "NOTIFY_NTFY_TOKEN")}`,
      },
    );
  }
  return { ...found, token: token === "" ? undefined : token };
}

function missing(channel: ChannelName, name: UserKeyName): never {
  throw new CoworkError("CONFIG_VALUE_INVALID", `NOTIFY names ${channel}, but ${name} is not set.`, {
    hint: [ownCommand("config", "set", name)],
  });
}

/** A file with a secret must belong to the user or to root, and nobody else may read it. @throws PERMISSION_DENIED */
async function refuseOpenFile({ paths, user }: ConfContext, values: Readonly<Record<string, string>>): Promise<void> {
  const secrets = notifyKeys.filter(({ name, secret }) => secret && (values[name]?.trim() ?? "") !== "");
  const [first] = secrets;
  if (first === undefined) return;
  const file = paths.userConf;
  const stats = await stat(file).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (stats === undefined) return;
  // eslint-disable-next-line no-bitwise -- a file mode
  const isOpen = (stats.mode & 0o077) !== 0;
  if (!isOpen && [0, user.uid].includes(stats.uid)) return;
  const why = isOpen ? "others can read it" : "it belongs to another user";
  throw new CoworkError("PERMISSION_DENIED", `${plain(file)} contains ${first.name}, and ${why}.`, {
    hint: isOpen ? `chmod 600 ${shellWord(file)}` : `chown ${user.uid} ${shellWord(file)}`,
  });
}
