import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plainLines } from "../system/text.ts";

const program = "/opt/cowork/bin/quiesce";

/** The script gives up after 8 s; an engine under load may be slow to start it. */
const limitMs = 30_000;

/** As the shell says it cannot run a program: an image step of another version, a container that is no session's. */
const notThere = [126, 127];

/**
 * Ends what runs inside a running container, but PID 1: SIGTERM and time to finish, then SIGHUP to shells
 * (`templates/container/quiesce`). Where PID 1 is not the container's own, or the script is not there, nothing is done.
 * @returns names of what was still alive after 8 s, made safe for a terminal; empty when all ended
 * @throws ENGINE_UNREACHABLE, INTERRUPTED
 */
export async function quiesce(ctx: Context, containerId: string): Promise<string[]> {
  const container = await ctx.engine.findContainer(containerId);
  // `host` and `container:…`: the processes that it would see are not this container's
  if (container?.state !== "running" || !["", "private"].includes(container.pidMode)) return [];
  try {
    const spec = { command: [program, "--exec"] as const, user: "0", workingDir: "/" };
    const { code, stdout } = await ctx.engine.exec(containerId, spec, {
      timeoutMs: limitMs,
      maxOutput: 64 * 1024,
      signal: ctx.signal,
    });
    if (notThere.includes(code)) ctx.log(`no ${program} in container ${containerId}`);
    return plainLines(stdout);
  } catch (error) {
    // The container may stop meanwhile, or hang: what comes next is `docker stop`, which has a time limit of its own.
    if (error instanceof CoworkError && (error.code === "ENGINE_FAILED" || error.code === "TIMEOUT")) {
      ctx.log(`quiesce of container ${containerId}: ${error.message}`);
      return [];
    }
    throw error;
  }
}
