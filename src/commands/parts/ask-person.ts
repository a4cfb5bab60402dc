import { withRememberedTrust } from "../../app/remembered-trust.ts";
import type { Ask, AskSecret } from "../../events.ts";
import type { Context } from "../../system/context.ts";
import type { Progress } from "../../ui/progress.ts";
import type { Terminal } from "../../ui/terminal.ts";

/**
 * Questions, one at a time. Where nobody can be asked, a question is shown and answered with no, but for `--trust`. `COWORK_YES=true`, which install.sh sets once its user has
 * agreed to all that it changes, answers the others with yes: never a question of trust. Whether a host's key is the right one,
 * and what a secret is, can only be said by a person. A program that reads JSON is not offered a choice.
 */
export function createQuestions(
  terminal: Terminal,
  ctx: Pick<Context, "paths" | "clock" | "signal" | "env">,
  options: { progress: Progress; trust: boolean; json?: boolean },
): { ask: Ask; askSecret: AskSecret } {
  let last: Promise<unknown> = Promise.resolve();
  const askOne = withRememberedTrust(ctx, async (question) => {
    const { showQuestion, askPerson, askChoice } = await import("../../ui/questions.ts");
    if (question.kind === "choice") {
      const canChoose = terminal.canAsk && options.json !== true;
      return canChoose ? await askChoice(terminal, question, ctx.signal) : null;
    }
    const isAgreed = question.kind === "confirm" && ctx.env["COWORK_YES"] === "true";
    const given = question.kind === "trust" ? options.trust : isAgreed;
    if (given || !terminal.canAsk) showQuestion(terminal, question);
    return given || (terminal.canAsk && (await askPerson(terminal, question, ctx.signal)));
  });
  // Sessions are made side by side; their questions come one after another.
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
