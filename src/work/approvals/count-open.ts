import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

/** Number of open requests, those that no one took in yet included. Reads the names of files only. */
export function countOpen(_ctx: Pick<Context, "paths">, _id: string): number {
  throw new CoworkError("INTERNAL", "not built");
}
