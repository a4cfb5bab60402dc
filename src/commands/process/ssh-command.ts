import type { Context } from "../../system/context.ts";
import { isBuilt } from "../../version.ts";
import type { Caller } from "./caller.ts";

/**
 * argv that calls this cowork with this home from any environment, also that of an editor that a desktop started. Through the
 * file's first lines, which look for a Node anew: what is written today is called in a year.
 */
export function coworkCommand(caller: Pick<Caller, "self">, ctx: Pick<Context, "paths">): string[] {
  const { self } = caller;
  return ["env", `COWORK_HOME=${ctx.paths.home}`, ...(isBuilt() ? self.slice(-1) : self)];
}
