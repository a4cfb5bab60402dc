import { telegramUpdate } from "../../../contract/notify/telegram.ts";
import type { Context } from "../../../system/context.ts";
import { plain } from "../../../system/text.ts";
import { callTelegram } from "./api.ts";

const maxChats = 8;

/**
 * Private chats in which someone wrote to the bot lately, the newest first.
 * @param api another server than Telegram's own
 * @throws NOTIFY_FAILED, TIMEOUT, INTERRUPTED
 */
export async function findChats(
  { signal }: Pick<Context, "signal">,
  token: string,
  api = "https://api.telegram.org",
): Promise<{ id: string; name: string }[]> {
  const config = { token, api, chat: "", user: "" };
  const parameters = { timeout: 0, allowed_updates: ["message"] };
  const result = await callTelegram({ config, privateMachines: [] }, "getUpdates", parameters, { signal });
  const updates = Array.isArray(result) ? result : [];
  const chats = updates.flatMap((one: unknown) => {
    const { message } = telegramUpdate.safeParse(one).data ?? {};
    // In a private chat the chat's number is the person's.
    if (message?.from === undefined || message.from.is_bot || message.from.id !== message.chat.id) return [];
    const { first_name: first = "", username = "" } = message.from;
    const name = plain([first, username === "" ? "" : `@${username}`].join(" ")).slice(0, 60);
    return [{ id: String(message.chat.id), name }];
  });
  return [...new Map(chats.toReversed().map((chat) => [chat.id, chat])).values()].slice(0, maxChats);
}
