import type { OpenScope } from "../../app/scope.ts";
import type { JobWork } from "../../jobs/job-process.ts";
import type { Context } from "../../system/context.ts";
import type { Caller } from "./caller.ts";

/** Jobs of the server on the user's own machine are use cases, and may be about other hosts. */
export function withOperations(work: JobWork, { program, cpus }: Caller): JobWork {
  return async (ctx, request, tell) => {
    const [{ operationMethod }, { operationJob }, { openScope, outside }, { hostMakers }] = await Promise.all([
      import("../../app/operations/files.ts"),
      import("../../app/operations/work.ts"),
      import("../../app/scope.ts"),
      import("../../app/host-makers.ts"),
    ]);
    if (request.method !== operationMethod) return await work(ctx, request, tell);
    const makers = hostMakers(program);
    const open = (own: Context, its: typeof tell): OpenScope =>
      openScope(own, { folder: outside, onlyHost: undefined, cpus, makers, tell: its });
    return await operationJob(open)(ctx, request, tell);
  };
}
