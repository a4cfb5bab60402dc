import { readDuration } from "../../config/values.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { waitGoals, type WaitGoal } from "./wait-goal.ts";

/** Reads `--for` and `--timeout`. @throws USAGE */
export function waitOptions(flags: { for: string | undefined; timeout: string | undefined }): {
  goal: WaitGoal;
  timeoutMs: number | undefined;
} {
  const { for: word = "done", timeout } = flags;
  const goal = waitGoals.find((one) => one === word);
  if (goal === undefined) {
    throw usageError(
      `--for ${plain(word)} is not idle, waiting, done or merged.`,
      "cowork wait <session> --for waiting",
    );
  }
  const timeoutMs = timeout === undefined ? undefined : readDuration(timeout);
  if (timeout !== undefined && timeoutMs === undefined) {
    throw usageError(`--timeout ${plain(timeout)} is not a time.`, "cowork wait <session> --timeout 30m");
  }
  return { goal, timeoutMs: timeoutMs === 0 ? undefined : timeoutMs };
}
