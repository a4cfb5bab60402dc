import type { RunView } from "../../contract/work/run.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { writeRun } from "./run-files.ts";

/** How often `run.json` is written at most while only numbers change, in ms. */
const paceMs = 500;

/** What a run's supervisor shows of it, in `run.json`. */
export interface RunReport {
  readonly view: RunView;
  /** since when nothing can be written because the disk is full, in ms since 1970 */
  readonly diskFullSince: number | undefined;
  /**
   * Changes fields; undefined removes one. A change of the state or the conversation is written at once, because others decide by them;
   * what else changes at the next `flush`.
   */
  set(changes: { [K in keyof RunView]?: RunView[K] | undefined }): Promise<void>;
  /** Writes what is not written, at most twice a second. If that fails, the next call tries again. */
  flush(): Promise<void>;
  /** Writes it now. @throws DISK_FULL … */
  finish(): Promise<void>;
}

export function createRunReport(ctx: Pick<Context, "paths" | "clock" | "log">, first: RunView): RunReport {
  let view = first;
  let written = JSON.stringify(first);
  let at = 0;
  let diskFullSince: number | undefined;
  const write = async (): Promise<void> => {
    const text = JSON.stringify(view);
    if (text === written) return;
    await writeRun(ctx, view);
    diskFullSince = undefined;
    written = text;
    at = ctx.clock.now().getTime();
  };
  const tryWrite = async (): Promise<void> =>
    await write().catch((error: unknown) => {
      const known = toCoworkError(error);
      if (known.code === "DISK_FULL") diskFullSince ??= ctx.clock.now().getTime();
      ctx.log(`run ${first.id}: ${known.message}`);
    });
  return {
    get view() {
      return view;
    },
    get diskFullSince() {
      return diskFullSince;
    },
    async set(changes) {
      const { state, conversation } = view;
      const entries = Object.entries({ ...view, ...changes }).filter(([, value]) => value !== undefined);
      view = Object.fromEntries(entries) as unknown as RunView;
      if (view.state !== state || view.conversation !== conversation) await tryWrite();
    },
    async flush() {
      if (ctx.clock.now().getTime() - at >= paceMs) await tryWrite();
    },
    finish: write,
  };
}
