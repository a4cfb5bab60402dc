import pLimit from "p-limit";
import type { ProjectClient } from "../../session/project-client.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Offered } from "../rpc/peer.ts";
import { answerSaved } from "./saved-answers.ts";
import { invalid, sanitizeEvent, sanitizeQuestion } from "./sanitize.ts";

/** Questions under way, and sessions that something is told of: more is none of our doing. */
const maxAsking = 1000;
const maxSessions = 1000;

/** What a host's part may call on this side: it tells what goes on, asks the user, asks what the project holds. */
export function offerUser(
  ctx: Pick<Context, "report" | "ask">,
  { name, user, onCounted }: { name: string; user: ProjectClient; onCounted: (ticket: number) => void },
): Offered {
  const answer = answerSaved(user);
  const told = new Set<string>();
  const [inTurn, aFew] = [bounded(1), bounded(8)];
  return {
    report: (value: unknown, counted: unknown) => {
      if (typeof counted === "number") onCounted(counted);
      const event = sanitizeEvent(value, name);
      if (event === undefined || (told.size >= maxSessions && !told.has(event.session))) return;
      told.add(event.session);
      ctx.report(event);
    },
    ask: async (value: unknown) => {
      const question = sanitizeQuestion(value, plain(name));
      return await inTurn(() => ctx.ask(question));
    },
    saved: async (...args: never[]) => await aFew(() => answer(...args)),
  };
}

/** So many at once; a host that asks on and on gets an error. */
function bounded(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(atOnce);
  return async (work) => {
    if (limit.pendingCount >= maxAsking) throw invalid("more questions than there are answers");
    return await limit(work);
  };
}
