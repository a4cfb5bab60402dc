import { setTimeout as wait } from "node:timers/promises";
import { loopbackService, type LoopbackService } from "./loopback-service.ts";

export const botToken = "123456:AAE-abcdefghijklmnopqrstuvwxyz012345";
export const chatId = 4711;

export interface SentMessage {
  text: string;
  /** by label: what a press of the button sends */
  buttons: Record<string, string>;
}

export interface TelegramService {
  service: LoopbackService;
  /** lines for the user's `.cowork.conf` */
  conf: string;
  messages: SentMessage[];
  /** new texts of messages, and what was shown over the chat */
  edits: string[];
  toasts: string[];
  say(text: string, who?: { chat?: number; from?: number; date?: number }): void;
  press(data: string, who?: { chat?: number; from?: number }): void;
  /** Sends the last update once more, with a new number. */
  replay(): void;
  /** Resolves when nothing that was said or pressed is left to be asked for. */
  read(): Promise<void>;
}

/** A stand-in for the Telegram Bot API with one bot. @param now the clock of messages, in ms */
export async function telegramService(now: () => number = Date.now): Promise<TelegramService> {
  const messages: SentMessage[] = [];
  const edits: string[] = [];
  const toasts: string[] = [];
  let updates: { update_id: number; [field: string]: unknown }[] = [];
  let last = 100;
  const add = (update: object): void => void updates.push({ update_id: (last += 1), ...update });
  const ok = (result: unknown): { body: string } => ({ body: JSON.stringify({ ok: true, result }) });
  const service = await loopbackService(async ({ path, body }) => {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
    if (token !== botToken) return { status: 404, body: '{"ok":false}' };
    const given = JSON.parse(body) as Record<string, unknown>;
    if (method === "getUpdates") {
      const offset = Number(given["offset"] ?? 0);
      updates = updates.filter(({ update_id: id }) => id >= offset);
      if (updates.length === 0) await wait(20);
      return ok(updates);
    }
    if (method === "sendMessage") {
      const { inline_keyboard: rows = [] } = (given["reply_markup"] ?? {}) as {
        inline_keyboard?: { text: string; callback_data: string }[][];
      };
      const buttons = Object.fromEntries(rows.flat().map(({ text, callback_data: data }) => [text, data]));
      messages.push({ text: String(given["text"]), buttons });
      return ok({ message_id: messages.length });
    }
    if (method === "editMessageText") edits.push(`${String(given["message_id"])} ${String(given["text"])}`);
    if (method === "answerCallbackQuery") toasts.push(String(given["text"]));
    return ok(true);
  });
  return {
    service,
    conf: `NOTIFY=telegram\nNOTIFY_TELEGRAM_TOKEN=${botToken}\nNOTIFY_TELEGRAM_CHAT=${chatId}\nNOTIFY_TELEGRAM_API=${service.url}\n`,
    messages,
    edits,
    toasts,
    say: (text, { chat = chatId, from = chatId, date = Math.floor(now() / 1000) } = {}) =>
      add({ message: { message_id: 1, date, chat: { id: chat }, from: { id: from, is_bot: false }, text } }),
    press: (data, { chat = chatId, from = chatId } = {}) =>
      add({
        callback_query: {
          id: String(last),
          from: { id: from, is_bot: false },
          message: { message_id: 1, chat: { id: chat } },
          data,
        },
      }),
    replay: () => {
      const update = updates.at(-1);
      if (update !== undefined) add({ ...update, update_id: last + 1 });
    },
    read: async () => {
      while (updates.length > 0) await wait(5);
    },
  };
}
