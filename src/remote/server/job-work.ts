import { hostCalls } from "../../contract/remote/rpc.ts";
import type { JobWork } from "../../jobs/job-process.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { Context } from "../../system/context.ts";
import { dropCarried } from "./carried.ts";
import { callHost } from "./plain-calls.ts";

/** Runs a call of the session host as a job. */
export function hostWork(makeHost: (ctx: Context) => SessionHost): JobWork {
  return async (ctx, { method, args }) => {
    try {
      return await callHost(makeHost(ctx), method, args);
    } finally {
      const request = hostCalls.init.input.safeParse(args);
      if (request.success) await dropCarried(ctx, request.data[0].carry.root).catch(() => undefined);
    }
  };
}
