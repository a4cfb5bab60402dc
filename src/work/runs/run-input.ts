import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";

/**
 * Writes a line to the agent of the active run.
 * @returns false if the run takes no more input, because it is about to end
 */
export async function writeToRun(_ctx: Context, _place: WorkPlace, _n: number, _line: string): Promise<boolean> {
  throw new CoworkError("INTERNAL", "not built");
}
