import type { HostMakers } from "../../app/host-makers.ts";
import type { Context } from "../../system/context.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "./caller.ts";

/** Factories of what an app needs. Tests replace some of them. */
export interface AppParts extends Partial<HostMakers> {
  makeContext(
    caller: Caller,
    terminal: Terminal,
    options: { progress: Progress; trust: boolean; verbose: boolean; json?: boolean },
  ): Promise<Context>;
}

export const realParts: AppParts = {
  makeContext: async (...args) => await (await import("./context.ts")).makeContext(...args),
};
