import type { Hint } from "../../hint.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { failedStep } from "../cli/build-reason.ts";
import { causeOf } from "../cli/cli-causes.ts";
import { withCause } from "../cli/cli-error.ts";
import { meaningfulLines, shorten } from "../cli/cli-output.ts";

/** A build of ours through the engine that failed, as an error that says why as far as the engine's words show it. */
export function imageError(what: string, error: unknown, hint: Hint): CoworkError {
  const failure = toCoworkError(error);
  if (failure.code !== "ENGINE_FAILED") return failure;
  const lines = (failure.detail ?? "").split("\n");
  const engineSaid = failure.message.replace(/^The Docker Engine could not build \S+: /, "").replace(/\.$/, "");
  const cause = causeOf([...lines, engineSaid]);
  const last = meaningfulLines(lines);
  // scripts of ours say in so many words what is wrong
  const said = last.findLast((line) => line.startsWith("cowork: "))?.slice("cowork: ".length);
  const why = said ?? withCause(cause, failedStep([...lines, engineSaid]) ?? shorten(engineSaid, 300));
  return new CoworkError(cause?.code ?? "IMAGE_BUILD_FAILED", `${what} could not be built: ${why}.`, {
    hint: cause?.hint ?? hint,
    detail: [...last, failure.message].join("\n"),
    cause: error,
  });
}
