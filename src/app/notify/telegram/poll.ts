import { telegramUpdate, type TelegramUpdate } from "../../../contract/notify/telegram.ts";
import { toCoworkError } from "../../../errors.ts";
import type { ChannelContext } from "../channels/types.ts";
import { callTelegram, type TelegramBot } from "./api.ts";

/** How long Telegram keeps a question for updates open, in s. */
const pollSeconds = 25;
/** After a failure, in ms: longer each time. */
const retryMs = { first: 2_000, most: 60_000 };

export interface PollParts {
  ctx: ChannelContext;
  bot: TelegramBot;
  /** the number after the last update that was taken; undefined: none ever was */
  offset: () => number | undefined;
  /** remembers the number before the update has an effect: a crash must not repeat it */
  taken: (next: number) => Promise<void>;
  /** called for what the right person said in the right chat */
  handle: (update: TelegramUpdate) => Promise<void>;
  /** called when the service fails, and with undefined when it works again */
  onProblem: (problem: string | undefined) => void;
}

/** Reads what is written to the bot until the signal fires. Others' messages are dropped without an answer. */
export async function pollTelegram({ ctx, bot, offset, taken, handle, onProblem }: PollParts): Promise<void> {
  let wait = retryMs.first;
  while (!ctx.signal.aborted) {
    try {
      for (const update of await readUpdates(ctx, bot, offset())) {
        await taken(update.update_id + 1);
        if (!isFromUser(bot.config, update)) {
          ctx.log("telegram: a message of another chat or person was ignored");
          continue;
        }
        const handled = handle(update).catch((error: unknown) => ctx.log(`telegram: ${toCoworkError(error).message}`));
        // A text for an agent may take a minute; an answer must not wait for it.
        if (update.callback_query !== undefined) await handled;
      }
      wait = retryMs.first;
      onProblem(undefined);
    } catch (error) {
      if (ctx.signal.aborted) return;
      onProblem(toCoworkError(error).message);
      await ctx.clock.sleep(wait, ctx.signal).catch(() => undefined);
      wait = Math.min(wait * 2, retryMs.most);
    }
  }
}

async function readUpdates(
  { signal }: ChannelContext,
  bot: TelegramBot,
  offset: number | undefined,
): Promise<TelegramUpdate[]> {
  const result = await callTelegram(
    bot,
    "getUpdates",
    {
      ...(offset === undefined ? {} : { offset }),
      timeout: pollSeconds,
      limit: 50,
      allowed_updates: ["message", "callback_query"],
    },
    { signal, timeoutMs: (pollSeconds + 10) * 1000 },
  );
  if (!Array.isArray(result)) return [];
  return result.flatMap((one: unknown) => {
    const id = telegramUpdate.safeParse(one);
    return id.success ? [id.data] : passOver(one);
  });
}

/** An update of an unknown form is passed over, not asked for again and again. */
function passOver(update: unknown): TelegramUpdate[] {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return Number.isSafeInteger(id) ? [{ update_id: Number(id) }] : [];
}

/** Both must be right: in a group others write, and a person may write to the bot from elsewhere. */
export function isFromUser({ chat, user }: { chat: string; user: string }, update: TelegramUpdate): boolean {
  const { message, callback_query: pressed } = update;
  const where = pressed === undefined ? message?.chat.id : pressed.message?.chat.id;
  const who = pressed === undefined ? message?.from : pressed.from;
  return String(where) === chat && who !== undefined && !who.is_bot && String(who.id) === user;
}
