import type { SetupItem } from "../../app/set-up/setup.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { setupQuestion } from "../../ui/set-up/setup.ts";

/** Asks whether an item is to be set up. @throws INTERRUPTED after Ctrl-C: it is not an answer to this question alone */
export async function isWanted(ctx: Pick<Context, "ask">, item: SetupItem): Promise<boolean> {
  const answer = await ctx.ask(setupQuestion(item));
  if (answer === null) throw new CoworkError("INTERRUPTED", "Interrupted. What was set up before it stays.");
  return answer === true;
}
