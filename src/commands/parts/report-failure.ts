import { toCoworkError, type CoworkError } from "../../errors.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "../process/caller.ts";

/** Prints the error as text or JSON. Returns the exit code. */
export async function reportFailure(
  thrown: unknown,
  caller: Caller,
  terminal: Terminal,
  options: { json: boolean; verbose: boolean },
): Promise<number> {
  const error = await explained(toCoworkError(thrown), caller);
  if (options.json) {
    terminal.out(JSON.stringify({ error: error.toView() }, null, 2));
  } else {
    const { renderError } = await import("../../ui/errors.ts");
    const detail = options.verbose ? [error.detail, error.stack].filter(Boolean).join("\n") : undefined;
    terminal.err(renderError(error.toView(), { width: terminal.errWidth, style: terminal.errStyle, detail }));
  }
  return error.exitCode === 130 ? (caller.signalCode() ?? 130) : error.exitCode;
}

/** If a file cannot be read or written, the cause is often the cowork home itself: explains that instead. */
async function explained(error: CoworkError, caller: Caller): Promise<CoworkError> {
  if (error.code !== "PERMISSION_DENIED" && error.code !== "CONFIG_FILE_CORRUPT") return error;
  const { withHomeProblem } = await import("../../system/home-problem.ts");
  const { homeFolder } = await import("../process/context.ts");
  const { coworkPaths } = await import("../../system/paths.ts");
  const { hostUser } = await import("../../system/user.ts");
  try {
    const paths = coworkPaths(homeFolder(caller));
    return withHomeProblem({ paths, user: hostUser(caller.identity()), env: caller.env }, error);
  } catch {
    return error;
  }
}
