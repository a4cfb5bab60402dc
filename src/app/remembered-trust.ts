import type { Ask } from "../events.ts";
import type { Context } from "../system/context.ts";

/**
 * Wraps `ask`: a trust question that was answered with yes before, for the same content, is not asked again. Neither is one about the
 * agent's settings in a repository that a person answered with no, until the caller agrees to everything.
 * @param isGiven the caller agrees to everything (`--trust`)
 */
export function withRememberedTrust(
  ctx: Pick<Context, "paths" | "clock" | "signal">,
  ask: Ask,
  { isGiven }: { isGiven: boolean },
): Ask {
  return async (question) => {
    if (question.kind !== "trust") return await ask(question);
    const { isRefused, isTrusted, rememberRefusal, rememberTrust } = await import("../project/trust-store.ts");
    const { projectRoot, hash, about } = question;
    if (await isTrusted(ctx.paths, projectRoot, hash)) return true;
    if (about === "agent" && !isGiven && (await isRefused(ctx.paths, projectRoot, hash))) return false;
    const answer = await ask(question);
    if (answer === true) await rememberTrust(ctx, projectRoot, hash);
    // Not without a person: null.
    else if (answer === false && about === "agent") await rememberRefusal(ctx, projectRoot, hash);
    return answer;
  };
}
