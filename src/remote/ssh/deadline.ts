import { CoworkError } from "../../errors.ts";

/** A time limit for a host. It is paused while the user answers a question. */
export interface Deadline {
  /** aborted with an error that explains why */
  readonly signal: AbortSignal;
  /** Runs work that waits for the user; its time does not count. */
  paused<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** @param outer aborted by the user */
export function startDeadline(milliseconds: number, where: string, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let waiting = 0;
  let left = milliseconds;
  let started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const onTime = (): void => controller.abort(tooLate(where, milliseconds));
  const onAbort = (): void => controller.abort(new CoworkError("INTERRUPTED", "Interrupted."));
  const start = (): void => {
    if (controller.signal.aborted) return;
    started = performance.now();
    timer = setTimeout(onTime, Math.max(0, left));
  };
  const stop = (): void => {
    clearTimeout(timer);
    left -= performance.now() - started;
  };
  start();
  outer.addEventListener("abort", onAbort, { once: true });
  if (outer.aborted) onAbort();
  return {
    signal: controller.signal,
    paused: async (work) => {
      if (waiting === 0) stop();
      waiting += 1;
      try {
        return await work();
      } finally {
        waiting -= 1;
        if (waiting === 0) start();
      }
    },
    end: () => {
      clearTimeout(timer);
      left = Number.POSITIVE_INFINITY;
      outer.removeEventListener("abort", onAbort);
    },
  };
}

function tooLate(where: string, milliseconds: number): CoworkError {
  return new CoworkError("HOST_UNREACHABLE", `${where} did not answer within ${milliseconds / 1000} seconds.`, {
    hint: "check that the machine is on and the network (VPN) is up, or increase ConnectTimeout in ~/.ssh/config",
  });
}
