import { controlOffers } from "../../contract/remote/offers.ts";
import type { Check } from "../../session/session-host.ts";
import type { Context } from "../../system/context.ts";
import type { Link } from "./link.ts";
import { ask } from "./answers.ts";
import { invalid } from "./sanitize.ts";

/** A larger difference causes problems with certificates, logins and file times. */
const toleranceMs = 60_000;

/** Compares the host's clock with this machine's, as exactly as the network delay allows. */
export async function checkClock(ctx: Pick<Context, "clock">, { peer }: Pick<Link, "peer">): Promise<Check> {
  const asked = ctx.clock.now().getTime();
  const there = await ask(peer, controlOffers, "now");
  const answered = ctx.clock.now().getTime();
  if (!Number.isFinite(there)) throw invalid("an invalid time");
  // The host's time is of any moment between the request and the answer.
  const off = there < asked ? there - asked : Math.max(0, there - answered);
  const seconds = Math.round(Math.abs(off) / 1000);
  if (Math.abs(off) <= toleranceMs) return { title: "Clock", status: "ok", detail: `${seconds} s off this machine's` };
  return {
    title: "Clock",
    status: "warning",
    detail: `${seconds} s ${off < 0 ? "behind" : "ahead of"} this machine's: logins and certificates may fail`,
    fix: "set the host's clock, for example with NTP: timedatectl set-ntp true",
  };
}
