import type { RemoteContext } from "../types.ts";
import type { Deadline } from "./deadline.ts";

/** The questions of one login. */
export interface Questions {
  ctx: RemoteContext;
  /** No more of them: they get no for an answer. Resolves when the one that stands on the terminal is answered. */
  stop(): Promise<void>;
}

/**
 * While a person thinks, the host's time stands still. A host that goes away meanwhile does not take the question with it: a
 * prompt that nobody waits for would stay on the terminal, and take what is typed next.
 */
export function loginQuestions(ctx: RemoteContext, deadline: Deadline): Questions {
  const open = new Set<Promise<unknown>>();
  let isOver = false;
  const ask = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    if (isOver) return otherwise;
    const question = deadline.paused(work);
    open.add(question);
    return await question.finally(() => open.delete(question));
  };
  return {
    ctx: {
      ...ctx,
      ask: async (question) => await ask(async () => await ctx.ask(question), false),
      askSecret: async (question) => await ask(async () => await ctx.askSecret(question), undefined),
    },
    stop: async () => {
      isOver = true;
      await Promise.allSettled(open);
    },
  };
}
