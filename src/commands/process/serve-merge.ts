import { hostMakers } from "../../app/host-makers.ts";
import { mergeWork } from "../../app/merging/merge-work.ts";
import type { JobRequest } from "../../contract/job.ts";
import type { Context } from "../../system/context.ts";
import type { Caller } from "./caller.ts";

/** The work of a merge's own process, which works on the project like a command of its user. */
export async function serveMerge(ctx: Context, request: JobRequest, caller: Caller): Promise<unknown> {
  return await mergeWork(ctx, request, { cpus: caller.cpus, makers: hostMakers(caller.program) });
}
