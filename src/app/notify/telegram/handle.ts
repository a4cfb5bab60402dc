import type { NotifyNonce } from "../../../contract/notify/notify.ts";
import type { ApprovalView } from "../../../contract/work/approval.ts";
import type { TelegramUpdate } from "../../../contract/notify/telegram.ts";
import { toCoworkError } from "../../../errors.ts";
import { plain } from "../../../system/text.ts";
import { openHost } from "../../hosts.ts";
import type { Scope } from "../../scope.ts";
import { answerApproval, showedApproval } from "../../work/approvals.ts";
import type { ChannelContext } from "../channels/types.ts";
import type { NotifierStore } from "../store.ts";
import { callTelegram, type TelegramBot } from "./api.ts";
import { useNonce } from "./buttons.ts";
import { answerCommand } from "./commands.ts";

export interface HandleParts {
  ctx: ChannelContext;
  bot: TelegramBot;
  store: NotifierStore;
  resend: () => number;
}

/** Longest text that Telegram shows over the chat. */
const maxToast = 190;
/** A command that waited longer while no one listened is not run, in s. */
const maxAge = 120;

/** Does what the right person said in the right chat. What fails is answered, never thrown. */
export async function answerUpdate(scope: Scope, parts: HandleParts, update: TelegramUpdate): Promise<void> {
  const { ctx, bot } = parts;
  const { callback_query: pressed, message } = update;
  const call = async (method: string, parameters: Record<string, unknown>): Promise<void> => {
    await callTelegram(bot, method, parameters, { signal: ctx.signal }).catch((error: unknown) =>
      ctx.log(`telegram: ${toCoworkError(error).message}`),
    );
  };
  if (pressed !== undefined) {
    const text = await press(scope, parts, pressed.data ?? "").catch((error: unknown) => problemText(error));
    await call("answerCallbackQuery", { callback_query_id: pressed.id, text: text.slice(0, maxToast).toWellFormed() });
    return;
  }
  if (message?.text === undefined) return;
  const age = ctx.clock.now().getTime() / 1000 - message.date;
  const text =
    age > maxAge
      ? "This message came while cowork was not listening. Send it again."
      : await answerCommand(scope, parts, message.text).catch((error: unknown) => problemText(error));
  await call("sendMessage", {
    chat_id: bot.config.chat,
    text: text.slice(0, 4_000).toWellFormed(),
    link_preview_options: { is_disabled: true },
  });
}

/** Answers a request by its button: exactly the one that was shown, once, and only while it is open. */
async function press(scope: Scope, { ctx, store }: HandleParts, nonce: string): Promise<string> {
  const { pressed, left } = useNonce(store.state.nonces, nonce, ctx.clock.now().getTime());
  if (pressed === undefined) return "This button does not work any more. Send /status for what is open.";
  // Used up on disk before it counts: a crash must not let it count twice.
  store.change({ nonces: left });
  await store.save();
  const request = await findRequest(scope, pressed);
  if (request === undefined) return "It was answered meanwhile.";
  const labels = labelsOf(request, pressed);
  if (labels === undefined) return "It is another question now. Send /status.";
  await showedApproval(scope, request, "telegram");
  const choices = labels.length === 0 ? {} : { choices: [labels] };
  await answerApproval(scope, request, { decision: pressed.decision, ...choices, through: "telegram" });
  if (pressed.decision === "deny") return "Denied.";
  return labels.length === 0 ? "Allowed once." : `Answered: ${plain(labels[0] ?? "")}.`;
}

/** The request that the button was made for, if it is open; its text cannot differ, because the digest is that of the text. */
async function findRequest(
  scope: Scope,
  { host, id, digest, sessionId }: NotifyNonce,
): Promise<ApprovalView | undefined> {
  const open = await (await openHost(scope, host)).approvals({});
  return open.find(
    (one) => one.id === id && one.digest === digest && one.sessionId === sessionId && one.state === "open",
  );
}

/** Undefined if the option does not exist. */
function labelsOf({ kind, questions }: ApprovalView, { decision, choice }: NotifyNonce): string[] | undefined {
  if (decision === "deny") return [];
  if (kind !== "answer") return choice === undefined ? [] : undefined;
  const label = choice === undefined ? undefined : questions?.[0]?.options[choice]?.label;
  return label === undefined ? undefined : [label];
}

function problemText(error: unknown): string {
  return `Not done: ${plain(toCoworkError(error).message)}`;
}
