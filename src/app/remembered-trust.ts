import type { Ask } from "../events.ts";
import type { Context } from "../system/context.ts";

/** Wraps `ask`: a trust question that was answered with yes before, for the same content, is not asked again. */
export function withRememberedTrust(ctx: Pick<Context, "paths" | "clock" | "signal">, ask: Ask): Ask {
  return async (question) => {
    if (question.kind !== "trust") return await ask(question);
    const { isTrusted, rememberTrust } = await import("../project/trust-store.ts");
    const { projectRoot, hash } = question;
    if (await isTrusted(ctx.paths, projectRoot, hash)) return true;
    const answer = await ask(question);
    if (answer === true) await rememberTrust(ctx, projectRoot, hash);
    return answer;
  };
}
