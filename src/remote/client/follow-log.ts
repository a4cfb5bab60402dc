import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { LogsOptions, OneSession } from "../../contract/remote/requests.ts";
import { controlOffers, streamedOffers } from "../../contract/remote/offers.ts";
import { toCoworkError } from "../../errors.ts";
import { markStart } from "../../session/inspect/log-marks.ts";
import type { Context } from "../../system/context.ts";
import { plain, visible } from "../../system/text.ts";
import { ask } from "./answers.ts";
import type { Link } from "./link.ts";
import { isUnreachable } from "./long-work.ts";

/** Between two questions whether the host is still there, and between two attempts to reach it, in ms. */
const pollMs = 1_000;
/** After so long without an answer it is named: three seconds after the last sign of it at most. */
const patienceMs = 2_000;
/** Text without a mark is shown at this length, so that a host cannot fill the memory. */
const maxPending = 4 * 1024 ** 2;

interface Target {
  name: string;
  getLink: () => Promise<Link>;
}

/**
 * Follows a log on a host. After a lost connection it goes on after the last part that was shown, however long that takes: a laptop
 * sleeps. Notes say when the host does not answer, and when it does again.
 * @throws what the host answers, and HOST_UNREACHABLE if it was never reached
 */
export async function followLog(
  ctx: Context,
  { name, getLink }: Target,
  { selector, options, out }: { selector: OneSession; options: LogsOptions; out: Writable },
): Promise<void> {
  const presence = notePresence(ctx, name);
  let from: string | undefined;
  let wasOpen = false;
  for (;;) {
    try {
      const link = await getLink();
      wasOpen = true;
      presence.isThere();
      const { peer, streams } = link;
      const stream = link.nextStream();
      const marked = from === undefined ? {} : { from };
      const over = new AbortController();
      const asked = ask(peer, streamedOffers, "logs", selector, { ...options, marked }, stream);
      void watch(ctx, async () => void (await ask(peer, controlOffers, "now")), { presence, signal: over.signal });
      const copied = copyParts(streams.take(stream), out, (mark) => (from = mark));
      // Both have ended before it is asked again: nothing that still arrives is shown twice.
      const [answer, rest] = await Promise.allSettled([asked, copied]);
      over.abort();
      if (answer.status === "rejected") throw answer.reason;
      if (rest.status === "rejected") throw rest.reason;
      if (rest.value !== "") out.write(visible(rest.value));
      return;
    } catch (error) {
      if (ctx.signal.aborted || !wasOpen || !isUnreachable(error)) throw error;
      presence.isGone(toCoworkError(error).message);
      await ctx.clock.sleep(pollMs, ctx.signal);
    }
  }
}

interface Presence {
  isThere(): void;
  isLate(): void;
  isGone(why: string): void;
}

function notePresence(ctx: Pick<Context, "report">, name: string): Presence {
  let isAway = false;
  const note = (detail: string): void => ctx.report({ session: "", step: "plan", state: "note", detail });
  const presence: Presence = {
    isThere: () => {
      if (isAway) note(`${plain(name)} answers.`);
      isAway = false;
    },
    isLate: () => presence.isGone(`${plain(name)} does not answer.`),
    isGone: (why) => {
      if (!isAway) note(`${why} Trying again.`);
      isAway = true;
    },
  };
  return presence;
}

/** Asks a host that may have nothing to say whether it is there. */
async function watch(
  ctx: Context,
  question: () => Promise<void>,
  { presence, signal }: { presence: Presence; signal: AbortSignal },
): Promise<void> {
  const stop = AbortSignal.any([ctx.signal, signal]);
  try {
    for (;;) {
      const late = setTimeout(() => presence.isLate(), patienceMs);
      try {
        await question();
      } finally {
        clearTimeout(late);
      }
      if (stop.aborted) return;
      presence.isThere();
      await ctx.clock.sleep(pollMs, stop);
    }
  } catch {
    // The end of the connection shows itself where the log is read.
  }
}

/** Copies each part when its mark has arrived. @returns what came after the last mark */
async function copyParts(source: Readable, out: Writable, onMark: (mark: string) => void): Promise<string> {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let searched = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    pending += decoder.write(chunk);
    for (;;) {
      const start = pending.startsWith(markStart) ? 0 : pending.indexOf(`\n${markStart}`, searched) + 1;
      const isMark = pending.startsWith(markStart, start);
      const end = isMark ? pending.indexOf("\n", start) : -1;
      searched = Math.max(0, (isMark ? start : pending.length) - 1);
      if (end < 0) break;
      await write(out, pending.slice(0, start));
      onMark(pending.slice(start + markStart.length, end));
      pending = pending.slice(end + 1);
      searched = 0;
    }
    if (pending.length <= maxPending) continue;
    await write(out, pending);
    [pending, searched] = ["", 0];
  }
  return pending;
}

async function write(out: Writable, text: string): Promise<void> {
  if (text === "" || out.destroyed || out.write(visible(text))) return;
  await new Promise<void>((done) => out.once("drain", done).once("close", done));
}
