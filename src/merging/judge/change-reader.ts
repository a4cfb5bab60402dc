import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Scratch } from "../scratch/scratch-git.ts";
import { readChanges, type Comparison } from "./path-sets.ts";
import type { ChangedPath } from "./prefilter.ts";

export type Changes = ChangedPath[] | CoworkError;

/** Compares commits, each two once, and as many as it can in one call of git. */
export interface ChangeReader {
  /** They are compared together with the next that are asked for. */
  announce(comparisons: readonly Comparison[]): void;
  /** In order; an error if a comparison has too many paths or takes too long. */
  read(wanted: readonly Comparison[]): Promise<Changes[]>;
}

export function createChangeReader(ctx: Context, scratch: Scratch): ChangeReader {
  const announced = new Map<string, Comparison>();
  const known = new Map<string, Changes>();
  const keyOf = ({ base, tip }: Comparison): string => `${base} ${tip}`;
  const announce = (comparisons: readonly Comparison[]): void => {
    for (const one of comparisons) if (!known.has(keyOf(one))) announced.set(keyOf(one), one);
  };
  return {
    announce,
    read: async (wanted) => {
      if (wanted.some((one) => !known.has(keyOf(one)))) {
        announce(wanted);
        const all = [...announced.values()];
        announced.clear();
        for (const [n, found] of (await readChanges(ctx, scratch, all)).entries()) {
          const one = all[n];
          if (one !== undefined) known.set(keyOf(one), found);
        }
      }
      return wanted.map((one) => known.get(keyOf(one)) ?? new CoworkError("INTERNAL", "it was not compared"));
    },
  };
}
