import { CoworkError } from "../../errors.ts";

/** The server answered a moment ago, and is gone. @param again the command that starts it again */
export function endedMeanwhile(again: string): CoworkError {
  return new CoworkError("INTERRUPTED", "The server ended meanwhile.", { hint: again });
}
