import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Found } from "../find/find-sessions.ts";
import { hostTargets } from "../work/ask-hosts.ts";
import { openHost } from "../hosts.ts";
import type { WaitWanted } from "../work/wait-goal.ts";
import type { Waited, WaitOutcome } from "../work/wait-outcome.ts";
import { lookAtProject } from "./look.ts";

/** Merging is done by people and forges: a look every few seconds is soon enough. */
const pollMs = 5_000;

/**
 * Waits until the work of sessions is in their project's branch: of all, or with `any` of one.
 * @throws SESSION_NOT_FOUND, NOT_A_PROJECT, GIT_FAILED, ENGINE_UNREACHABLE, INTERRUPTED
 */
export async function waitForMerged(
  ctx: Context,
  found: readonly Found[],
  wanted: Pick<WaitWanted, "any" | "timeoutMs">,
  onWaiting: (names: readonly string[]) => void,
): Promise<WaitOutcome> {
  const end = ctx.clock.now().getTime() + (wanted.timeoutMs ?? Number.POSITIVE_INFINITY);
  for (let isFirst = true; ; isFirst = false) {
    const sessions = await lookAtAll(found);
    const reached = sessions.filter((one) => one.reached);
    if (sessions.length > 0 && (wanted.any ? reached.length > 0 : reached.length === sessions.length))
      return { sessions };
    const pending = sessions.filter((one) => !one.reached).map(({ name }) => plain(name));
    if (ctx.clock.now().getTime() >= end || sessions.length === 0) return { sessions, error: notMerged(pending) };
    if (isFirst) onWaiting(pending);
    await ctx.clock.sleep(Math.max(1, Math.min(pollMs, end - ctx.clock.now().getTime())), ctx.signal).catch((error) => {
      throw toCoworkError(error);
    });
  }
}

async function lookAtAll(found: readonly Found[]): Promise<Waited[]> {
  const all: Waited[] = [];
  for (const one of found) {
    const { names } = one.selector;
    const look = await lookAtProject(one.scope, { pairs: false, ...(names && { names, only: names }) });
    const merged = new Set(
      look.sessions.flatMap(({ name, host, merged: view }) => (view?.state === "merged" ? [`${host}/${name}`] : [])),
    );
    for (const target of await hostTargets([one])) {
      const part = await openHost(one.scope, target.host);
      for (const work of await part.work(target.selector, { check: false }))
        all.push({ ...work, host: target.host, reached: merged.has(`${target.host}/${work.name}`) });
    }
  }
  return all;
}

function notMerged(pending: readonly string[]): CoworkError {
  if (pending.length === 0) {
    return new CoworkError("SESSION_NOT_FOUND", "There is no session to wait for.", {
      hint: [ownCommand("list", "--all")],
    });
  }
  const message = `${pending.join(", ")} ${pending.length > 1 ? "are" : "is"} not merged in time.`;
  return new CoworkError("WAIT_TIMEOUT", message, { hint: [ownCommand("status", pending[0] ?? "")] });
}
