import type { Context } from "../../system/context.ts";
import { isBuilt } from "../../version.ts";
import type { Caller } from "./caller.ts";

/**
 * argv that runs this cowork with this home from any environment, such as an editor started by a desktop. It runs the file
 * itself, whose first lines look for Node again: the Node of today may be gone when ssh uses this configuration.
 */
export function coworkCommand(caller: Pick<Caller, "self">, ctx: Pick<Context, "paths">): string[] {
  const { self } = caller;
  return ["env", `COWORK_HOME=${ctx.paths.home}`, ...(isBuilt() ? self.slice(-1) : self)];
}
