import type { RemoteContext } from "../types.ts";
import type { Deadline } from "./deadline.ts";

/** The questions of one login. */
export interface Questions {
  ctx: RemoteContext;
  /** Answers further questions with no. Resolves when the current question is answered. */
  stop(): Promise<void>;
}

/**
 * Pauses the host's time limit during questions. If the host disconnects, the login still waits for the current answer: otherwise
 * the prompt would stay on the terminal and read what the user types next.
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
