import { CoworkError } from "../../errors.ts";
import { shellWord } from "../../system/shell-word.ts";

/** For a session that was named from another folder, the next step works only in its project: prefixes it with `cd`. */
export function nextFrom(visited: ReadonlySet<string>, error: unknown): unknown {
  const [folder, ...others] = visited;
  if (!(error instanceof CoworkError) || folder === undefined || others.length > 0) return error;
  const { code, message, hint, next = [], detail } = error;
  if (hint === undefined || !/^cowork (?:init|start|connect|logs|pull|push|clean|list) [^/]*$/.test(hint)) return error;
  const options = { hint: [`cd ${shellWord(folder)} && `, ...next], cause: error };
  return new CoworkError(code, message, { ...options, ...(detail === undefined ? {} : { detail }) });
}
