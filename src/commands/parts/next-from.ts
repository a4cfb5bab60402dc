import { CoworkError } from "../../errors.ts";
import { shellWord } from "../../system/shell-word.ts";

/** A next step for a session that was named from elsewhere works inside its project: then it begins with the way there. */
export function nextFrom(visited: ReadonlySet<string>, error: unknown): unknown {
  const [folder, ...others] = visited;
  if (!(error instanceof CoworkError) || folder === undefined || others.length > 0) return error;
  const { code, message, hint, next = [], detail } = error;
  if (hint === undefined || !/^cowork (?:init|start|connect|logs|pull|push|clean|list) [^/]*$/.test(hint)) return error;
  const options = { hint: [`cd ${shellWord(folder)} && `, ...next], cause: error };
  return new CoworkError(code, message, { ...options, ...(detail === undefined ? {} : { detail }) });
}
