import type { Labels } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { InsideOptions } from "../types.ts";

export interface InsideSpec {
  /** absolute path of the clone on the engine's machine */
  clone: string;
  /** its path in the session's container, if known: used when no container is running */
  place?: string;
  /** the session's uid and gid: programs inside run with them */
  uid: number;
  gid: number;
  /** the dev container's user is root: files of `.git` belong to root, so scripts that write run as root, too */
  worksAsRoot?: boolean;
  /** the session's container; used while it runs and has git */
  containerId?: string;
  /** images for the helper container, best first; a function is called only if the images before it cannot be used */
  images: readonly (string | (() => Promise<string>))[];
  /** for the helper container, so that one left by a crash is found */
  labels: Labels;
}

export type SaveOptions = Omit<InsideOptions, "maxOutput"> & { maxBytes?: number };

const defaultMaxOutput = 64 * 1024 * 1024;
export function userFor({ uid, gid, worksAsRoot }: InsideSpec, { write }: InsideOptions): string {
  return write === true && worksAsRoot === true ? "0:0" : `${uid}:${gid}`;
}

export function limits(
  ctx: Context,
  options: InsideOptions,
): { timeoutMs: number; maxOutput: number; signal: AbortSignal; input?: Uint8Array } {
  const { timeoutMs = 60_000, maxOutput = defaultMaxOutput, input } = options;
  return { timeoutMs, maxOutput, signal: ctx.signal, ...(input === undefined ? {} : { input }) };
}
