import { parseJson } from "../../../contract/common.ts";
import { telegramAnswer } from "../../../contract/notify/telegram.ts";
import type { NotifySettings } from "../../../config/notify.ts";
import { failed, requestService } from "../channels/request.ts";

/** The bot as it was configured. */
export interface TelegramBot {
  config: NonNullable<NotifySettings["telegram"]>;
  privateMachines: readonly string[];
}

/** Longer than this the service is not waited for when it asks to slow down, in s. */
const longestWait = 60;

/**
 * Calls a method of the Bot API. The token is in the URL, which no message contains.
 * @throws NOTIFY_FAILED with the status, TIMEOUT, INTERRUPTED
 */
export async function callTelegram(
  { config: { api, token }, privateMachines }: TelegramBot,
  method: string,
  parameters: Record<string, unknown>,
  options: { signal: AbortSignal; timeoutMs?: number; sleep?: (ms: number) => Promise<void> },
): Promise<unknown> {
  const { signal, timeoutMs, sleep } = options;
  for (let again = sleep !== undefined; ; again = false) {
    const { status, text, retryAfter } = await requestService({
      service: "Telegram",
      url: new URL(`${api}/bot${token}/${method}`),
      body: JSON.stringify(parameters),
      privateMachines,
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const answer = telegramAnswer.safeParse(parseJson(text));
    if (status === 200 && answer.data?.ok === true) return answer.data.result;
    const wait = answer.data?.parameters?.retry_after ?? retryAfter;
    if (!again || status !== 429 || wait === undefined || wait > longestWait) throw failed("Telegram", reason(status));
    await sleep?.(wait * 1000);
  }
}

function reason(status: number): string {
  if (status === 401 || status === 404) return `it does not know the bot's token (${status})`;
  if (status === 409) return "another program reads the messages of this bot (409)";
  if (status === 403) return "the bot may not write to the chat: send it a message first (403)";
  return `it answered with ${status}`;
}
