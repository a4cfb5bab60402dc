import { CoworkError } from "../../errors.ts";

/** How long a host may take. It stands still while a person thinks. */
export interface Deadline {
  /** aborted with the error that says why */
  readonly signal: AbortSignal;
  /** Runs what a person has to answer; its time does not count. */
  paused<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when no question is open: a prompt that nobody waits for any more would stay on the terminal. */
  answered(): Promise<void>;
  end(): void;
}

/** @param outer aborted by the user */
export function startDeadline(milliseconds: number, where: string, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  const open = new Set<Promise<unknown>>();
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
      if (open.size === 0) stop();
      const question = work();
      open.add(question);
      try {
        return await question;
      } finally {
        open.delete(question);
        if (open.size === 0) start();
      }
    },
    answered: async () => void (await Promise.allSettled(open)),
    end: () => {
      clearTimeout(timer);
      left = Number.POSITIVE_INFINITY;
      outer.removeEventListener("abort", onAbort);
    },
  };
}

function tooLate(where: string, milliseconds: number): CoworkError {
  return new CoworkError("HOST_UNREACHABLE", `${where} did not answer within ${milliseconds / 1000} seconds.`, {
    hint: "is the machine on, and the network (VPN) up? ConnectTimeout in ~/.ssh/config gives it longer",
  });
}
