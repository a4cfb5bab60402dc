import type { Hint } from "../hint.ts";
import { CoworkError, toCoworkError } from "../errors.ts";
import { knownCause } from "./cli-causes.ts";
import { meaningfulLines, shorten } from "./cli-output.ts";

/** A build of ours through the engine that failed, as an error that says why as far as the engine's words show it. */
export function imageError(what: string, error: unknown, hint: Hint): CoworkError {
  const failure = toCoworkError(error);
  if (failure.code !== "ENGINE_FAILED") return failure;
  const text = [failure.detail ?? "", failure.message].join("\n");
  const cause = knownCause(text);
  const last = meaningfulLines((failure.detail ?? "").split("\n"));
  const said = last.findLast((line) => line.startsWith("cowork: "))?.slice("cowork: ".length);
  const why =
    said ??
    cause?.why ??
    shorten(failure.message.replace(/^The Docker Engine could not build \S+: /, "").replace(/\.$/, ""), 300);
  return new CoworkError(cause?.code ?? "IMAGE_BUILD_FAILED", `${what} could not be built: ${why}.`, {
    hint: cause?.hint ?? hint,
    detail: [...last, failure.message].join("\n"),
    cause: error,
  });
}
