import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";

/** When git itself failed, a person has to look: inside the session, or at its files if that does not help. */
export async function withGitHint<T>(session: { name: string; path: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CoworkError) || error.code !== "GIT_FAILED" || error.hint !== undefined) throw error;
    const hint = steps`${ownCommand("connect", session.name, "--", "git", "status")}; its files are in ${session.path}`;
    throw new CoworkError("GIT_FAILED", error.message, {
      hint,
      cause: error,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    });
  }
}
