import pLimit from "p-limit";
import type { ProjectClient } from "../../session/project-client.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Offered } from "../rpc/peer.ts";
import { answerSaved } from "./saved-answers.ts";
import { invalid, sanitizeEvent, sanitizeQuestion } from "./sanitize.ts";

/** Limits for pending questions and for sessions with events. cowork never reaches them. */
const maxAsking = 1000;
const maxSessions = 1000;

/** The functions of the client that a host may call: reporting events, asking the user, asking about the project. */
export function offerUser(
  ctx: Pick<Context, "report" | "ask">,
  { name, user, onCounted }: { name: string; user: ProjectClient; onCounted: (ticket: number) => void },
): Offered {
  const answer = answerSaved(user);
  const reported = new Set<string>();
  const [inTurn, aFew] = [bounded(1), bounded(8)];
  return {
    report: (value: unknown, counted: unknown) => {
      if (typeof counted === "number") onCounted(counted);
      const event = sanitizeEvent(value, name);
      if (event === undefined || (reported.size >= maxSessions && !reported.has(event.session))) return;
      reported.add(event.session);
      ctx.report(event);
    },
    ask: async (value: unknown) => {
      const question = sanitizeQuestion(value, plain(name));
      return await inTurn(() => ctx.ask(question));
    },
    saved: async (...args: never[]) => await aFew(() => answer(...args)),
  };
}

/** Limits parallel work; a host with too many pending questions gets an error. */
function bounded(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(atOnce);
  return async (work) => {
    if (limit.pendingCount >= maxAsking) throw invalid("too many questions");
    return await limit(work);
  };
}
