import type { Hint } from "../../hint.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { failedStep } from "../cli/build-reason.ts";
import { causeOf } from "../cli/cli-causes.ts";
import { withCause } from "../cli/cli-error.ts";
import { meaningfulLines, shorten } from "../cli/cli-output.ts";

/** Turns a failed build through the engine into an error with the reason, as far as the engine's output has it. */
export function imageError(what: string, error: unknown, hint: Hint): CoworkError {
  const failure = toCoworkError(error);
  if (failure.code !== "ENGINE_FAILED") return failure;
  const lines = (failure.detail ?? "").split("\n");
  const engineMessage = failure.message.replace(/^The Docker Engine could not build \S+: /, "").replace(/\.$/, "");
  const cause = causeOf([...lines, engineMessage]);
  const last = meaningfulLines(lines);
  // cowork's own scripts print the reason on a line of this form
  const own = last.findLast((line) => line.startsWith("cowork: "))?.slice("cowork: ".length);
  const why = own ?? withCause(cause, failedStep([...lines, engineMessage]) ?? shorten(engineMessage, 300));
  return new CoworkError(cause?.code ?? "IMAGE_BUILD_FAILED", `Could not build ${what}: ${why}.`, {
    hint: cause?.hint ?? hint,
    detail: [...last, failure.message].join("\n"),
    cause: error,
  });
}
