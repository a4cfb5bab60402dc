import { withRememberedTrust } from "../../app/remembered-trust.ts";
import type { Ask, AskSecret } from "../../events.ts";
import type { Context } from "../../system/context.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";

/**
 * Asks questions on the terminal, one at a time. Without a terminal a question is shown and answered with no; only `--trust`
 * answers the trust question with yes. `COWORK_YES=true`, which install.sh sets after its user agreed to all changes, answers
 * confirmations with yes, but never trust questions or host keys. Secrets need a terminal. With `--json` no choice is offered.
 */
export function createQuestions(
  terminal: Terminal,
  ctx: Pick<Context, "paths" | "clock" | "signal" | "env">,
  options: { progress: Progress; trust: boolean; json?: boolean },
): { ask: Ask; askSecret: AskSecret } {
  let last: Promise<unknown> = Promise.resolve();
  const ask: Ask = async (question) => {
    const { showQuestion, askPerson, askChoice } = await import("../../ui/questions.ts");
    if (question.kind === "choice") {
      const canChoose = terminal.canAsk && options.json !== true;
      return canChoose ? await askChoice(terminal, question, ctx.signal) : null;
    }
    const isAgreed = question.kind === "confirm" && ctx.env["COWORK_YES"] === "true";
    const given = question.kind === "trust" ? options.trust : isAgreed;
    if (given || !terminal.canAsk) showQuestion(terminal, question);
    if (given) return true;
    if (terminal.canAsk) return await askPerson(terminal, question, ctx.signal);
    return question.kind === "trust" ? null : false;
  };
  const askOne = withRememberedTrust(ctx, ask, { isGiven: options.trust });
  // Sessions are created in parallel; their questions are asked one after another.
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(async () => await options.progress.pauseFor(work));
    last = turn.catch(() => undefined);
    return await turn;
  };
  return {
    ask: async (question) => await inTurn(async () => await askOne(question)),
    askSecret: async (question) => {
      if (!terminal.canAsk) return undefined;
      const { askPersonSecret } = await import("../../ui/questions.ts");
      return await inTurn(async () => await askPersonSecret(terminal, question, ctx.signal));
    },
  };
}
