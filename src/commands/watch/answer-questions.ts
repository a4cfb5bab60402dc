import { openQuestions } from "../../app/watch/open-questions.ts";
import { toCoworkError } from "../../errors.ts";
import type { SessionView } from "../../session/types.ts";
import { askApprovals } from "../agents/ask-approvals.ts";
import type { Means } from "./means.ts";

/** Shows what agents ask, as `cowork approvals` does, the questions of the selected session first. Ctrl-C comes back to the list. */
export async function answerQuestions(session: SessionView | undefined, means: Means): Promise<void> {
  const { app, scope, screen, hosts, say } = means;
  const read = async (): ReturnType<typeof openQuestions> => await openQuestions(scope, hosts, session);
  if ((await read()).length === 0) return say({ text: "No agent waits for an answer." });
  const count = await screen.away(async () => {
    try {
      return await askApprovals(app, read);
    } catch (error) {
      if (toCoworkError(error).code !== "INTERRUPTED" || scope.ctx.signal.aborted) throw error;
      return 0;
    }
  });
  if (count > 0) say({ text: count === 1 ? "Answered one question." : `Answered ${count} questions.`, tone: "green" });
}
