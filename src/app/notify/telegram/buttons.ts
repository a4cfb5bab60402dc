import { randomBytes } from "node:crypto";
import type { NotifyNonce, NotifyTopic } from "../../../contract/notify/notify.ts";
import type { ApprovalView } from "../../../contract/work/approval.ts";
import { plain, plainLines } from "../../../system/text.ts";
import { sha256 } from "../../../system/sha256.ts";

/** How long a button works, in ms. A reminder has new ones. */
export const buttonMs = 10 * 60_000;
/** A longer request does not fit in a message. */
const maxRequest = 3_000;
const maxOptions = 8;
const maxLabel = 60;

export interface Button {
  text: string;
  nonce: string;
}

export interface Buttons {
  rows: Button[][];
  stored: NotifyNonce[];
}

/**
 * The text of a request if all of it can be in a message, exactly as it is; undefined if it is too long or has anything that a phone
 * would not show. Tabs are spaces there.
 */
export function wholeText({ text, hidden }: ApprovalView): string | undefined {
  if (hidden || text.length > maxRequest) return undefined;
  const shown = text.replaceAll("\t", "  ").replace(/\n+$/, "");
  const lines = plainLines(text);
  // Spaces at the end of a line do not show: with them it is not shown exactly.
  return lines.join("\n") === shown && shown.trim() !== "" ? shown : undefined;
}

/**
 * Buttons for a request that is shown whole: allow once and deny, or the options of its only question. Each has a secret of its own
 * that is bound to the request's digest and works once. There is none for “always”.
 */
export function makeButtons(topic: NotifyTopic, request: ApprovalView, now: number): Buttons | undefined {
  if (wholeText(request) === undefined) return undefined;
  const stored: NotifyNonce[] = [];
  const button = (text: string, decision: NotifyNonce["decision"], choice?: number): Button => {
    const nonce = randomBytes(16).toString("base64url");
    const { id, digest, sessionId } = request;
    const bound = { topic: topic.key, host: topic.host, sessionId, id, digest, decision, until: now + buttonMs };
    stored.push({ hash: sha256(nonce), ...bound, ...(choice === undefined ? {} : { choice }) });
    return { text, nonce };
  };
  const labels = optionLabels(request);
  if (labels === undefined) return undefined;
  // Far apart: a thumb that misses must not answer.
  const rows = [
    ...(labels.length === 0
      ? [[button("Allow once", "allow")]]
      : labels.map((label, n) => [button(label, "allow", n)])),
    [button("Deny", "deny")],
  ];
  return { rows, stored };
}

/** Labels of the options; none for a request that is allowed or denied; undefined for one that buttons cannot answer. */
function optionLabels({ kind, questions = [] }: ApprovalView): string[] | undefined {
  if (kind !== "answer") return [];
  const [question, ...more] = questions;
  if (question === undefined || more.length > 0 || question.multiple) return undefined;
  const labels = question.options.map(({ label }) => label);
  const isShown = (label: string): boolean => label !== "" && label.length <= maxLabel && plain(label) === label;
  const isDistinct = new Set(labels).size === labels.length;
  return labels.length > 0 && labels.length <= maxOptions && isDistinct && labels.every(isShown) ? labels : undefined;
}

/** The button that was pressed, if it still works, and the buttons that work after it: those of the request are used up. Pure. */
export function useNonce(
  nonces: readonly NotifyNonce[],
  nonce: string,
  now: number,
): { pressed: NotifyNonce | undefined; left: NotifyNonce[] } {
  const hash = sha256(nonce);
  const alive = nonces.filter(({ until }) => until > now);
  const pressed = alive.find((one) => one.hash === hash);
  const left = pressed === undefined ? alive : alive.filter(({ digest }) => digest !== pressed.digest);
  return { pressed, left };
}
