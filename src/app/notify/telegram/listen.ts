import { createHash } from "node:crypto";
import type { NotifySettings } from "../../../config/notify.ts";
import type { Scope } from "../../scope.ts";
import { reportProblem } from "../problems.ts";
import type { NotifierStore } from "../store.ts";
import type { TelegramBot } from "./api.ts";
import { answerUpdate } from "./handle.ts";
import { pollTelegram } from "./poll.ts";

export interface ListenOptions {
  settings: NotifySettings;
  store: NotifierStore;
  signal: AbortSignal;
  /** sends the open requests once more @returns how many */
  resend: () => number;
}

/** Takes answers and commands from Telegram until the signal fires, if that channel is on. */
export async function listenToTelegram(
  scope: Scope,
  { settings: { telegram, privateMachines }, store, signal, resend }: ListenOptions,
): Promise<void> {
  if (telegram === undefined) return;
  const ctx = { ...scope.ctx, signal };
  const bot: TelegramBot = { config: telegram, privateMachines };
  // Numbers of updates are those of one bot.
  const account = createHash("sha256").update(telegram.token).digest("hex").slice(0, 16);
  let problem: string | undefined;
  await pollTelegram({
    ctx,
    bot,
    offset: () => store.state.updates[account],
    taken: async (next) => {
      store.change({ updates: { [account]: next } });
      await store.save();
    },
    handle: async (update) => await answerUpdate(scope, { ctx, bot, store, resend }, update),
    onProblem: (now) => {
      if ((now === undefined) !== (problem === undefined))
        void reportProblem(scope, { channel: "telegram", problem: now, topic: undefined });
      problem = now;
    },
  });
}
