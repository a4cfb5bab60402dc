import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";

/** The error for a run that a session does not have. */
export function noRun(session: string, n: number): CoworkError {
  const name = plain(session);
  return new CoworkError("RUN_NOT_FOUND", `Session ${name} has no run ${n}.`, {
    hint: steps`${ownCommand("runs", name)} lists its runs`,
  });
}
