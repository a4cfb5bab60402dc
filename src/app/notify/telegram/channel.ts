import type { NotifyNonce } from "../../../contract/notify/notify.ts";
import { sentToTelegram } from "../../../contract/notify/telegram.ts";
import { plain } from "../../../system/text.ts";
import type { Channel, ChannelContext } from "../channels/types.ts";
import { messageLines, type Message } from "../message.ts";
import { callTelegram, type TelegramBot } from "./api.ts";
import { makeButtons, wholeText, type Buttons } from "./buttons.ts";

/** The texts of one message, within Telegram's limit. */
const maxText = 4_000;

export interface TelegramChannelParts {
  ctx: ChannelContext;
  bot: TelegramBot;
  /** remembers the buttons of a request, which replace those that it had; before they can be pressed */
  keep: (digest: string, nonces: readonly NotifyNonce[]) => Promise<void>;
}

/** A chat of the user's own bot. A request that is in the message whole has buttons. */
export function telegramChannel({ ctx, bot, keep }: TelegramChannelParts): Channel {
  const call = async (method: string, parameters: Record<string, unknown>): Promise<unknown> =>
    await callTelegram(
      bot,
      method,
      { chat_id: bot.config.chat, ...parameters },
      {
        signal: ctx.signal,
        sleep: async (ms) => await ctx.clock.sleep(ms, ctx.signal),
      },
    );
  return {
    name: "telegram",
    send: async (message) => {
      const { request, topic } = message;
      const buttons = request === undefined ? undefined : makeButtons(topic, request, ctx.clock.now().getTime());
      if (request !== undefined) await keep(request.digest, buttons?.stored ?? []);
      const sent = await call("sendMessage", {
        ...telegramText(message, buttons !== undefined),
        link_preview_options: { is_disabled: true },
        ...(buttons === undefined ? {} : { reply_markup: keyboard(buttons) }),
      });
      const id = sentToTelegram.safeParse(sent).data?.message_id;
      return id === undefined ? undefined : String(id);
    },
    replace: async (ref, { session }, outcome) =>
      void (await call("editMessageText", { message_id: Number(ref), text: `${plain(session)}: ${outcome}` })),
  };
}

function keyboard({ rows }: Buttons): Record<string, unknown> {
  const inline = rows.map((row) => row.map(({ text, nonce }) => ({ text, callback_data: nonce })));
  return { inline_keyboard: inline };
}

/** Plain text. What runs is marked as code by its position, so that nothing in it is markup. */
export function telegramText(message: Message, isWhole: boolean): Record<string, unknown> {
  const { title, request } = message;
  const whole = request === undefined || !isWhole ? undefined : wholeText(request);
  if (request === undefined || whole === undefined) {
    const lines = [title, ...messageLines(message)];
    if (request !== undefined) lines.push("It cannot be shown whole here, so it cannot be answered here.");
    return { text: lines.join("\n").slice(0, maxText).toWellFormed() };
  }
  const { tool, user, folder, id } = request;
  const place = [user === "" ? "" : ` as ${plain(user)}`, folder === "" ? "" : ` in ${plain(folder)}`].join("");
  const before = `${title}\n${message.place} · ${plain(id)}\n${plain(tool)}${place}:\n`
    .slice(0, maxText / 4)
    .toWellFormed();
  const text = `${before}${whole}`;
  return { text, entities: [{ type: "pre", offset: before.length, length: whole.length }] };
}
