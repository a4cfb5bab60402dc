import type { Scope } from "../../app/scope.ts";
import type { Deed } from "../../app/watch/types.ts";
import { wordOf } from "../../app/watch/session-word.ts";
import type { Means } from "./means.ts";

/** Does what a key asks for outside of the screen: on the person's own screen, or while the list stays. */
export async function carryOut(effect: Deed, means: Means): Promise<void> {
  const { app, scope, screen, say } = means;
  // What a use case has to say goes to the screen, too.
  const quiet: Scope = { ...scope, tell: (event) => void (event.type === "note" && say({ text: event.data.text })) };
  switch (effect.do) {
    case "send": {
      const [{ sendPrompt }, { renderSent }] = await Promise.all([
        import("../../app/work/talk.ts"),
        import("../../ui/agents/sent.ts"),
      ]);
      say({ text: `Sending to ${effect.session.name} …` });
      return say({ text: renderSent(await sendPrompt(quiet, wordOf(effect.session), effect.text)), tone: "green" });
    }
    case "interrupt": {
      const [{ interruptSession }, { renderInterrupted }] = await Promise.all([
        import("../../app/work/talk.ts"),
        import("../../ui/agents/sent.ts"),
      ]);
      return say({ text: renderInterrupted(await interruptSession(quiet, wordOf(effect.session))) });
    }
    case "answer": {
      const { answerQuestions } = await import("./answer-questions.ts");
      return await answerQuestions(effect.session, { ...means, scope: quiet });
    }
    default: {
      const { onOwnScreen } = await import("./on-own-screen.ts");
      await screen.away(async () => await onOwnScreen(app, effect));
    }
  }
}
