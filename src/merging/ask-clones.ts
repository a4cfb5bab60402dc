import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import type { Seen } from "./cache/tips.ts";
import { keyOf, type Clone } from "./parties.ts";
import type { OpenScratch } from "./scratch/open-scratch.ts";
import { readSnapshot, reasonFor, takeLook, type Look } from "./snapshot/take-snapshot.ts";

/** A session as it was found; with a reason it could not be judged. */
export type Found = Seen & { reason?: string };

/** So many sessions of a host are asked side by side, unless the caller says otherwise. */
const usualAtOnce = 4;
/** What they send is checked by this many calls of git side by side: each may take much memory. */
const takenAtOnce = 2;

export interface AskRequest {
  clones: readonly Clone[];
  /** sessions that did nothing since they were last seen, by `keyOf` */
  still?: ReadonlySet<string>;
  /** the only sessions to ask, by `keyOf` */
  ask?: ReadonlySet<string>;
  /** how many sessions of one host are asked side by side: each has its host walk through a working tree */
  atOnce?: number;
}

/** Asks the sessions, several at once, and takes in what they send. */
export async function askClones(
  ctx: Context,
  scratch: OpenScratch,
  { clones, still, ask, atOnce = usualAtOnce }: AskRequest,
  { before, have }: { before: ReadonlyMap<string, Seen>; have: readonly string[] },
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  let [packs, bytes] = [0, 0];
  const taking: Promise<unknown>[] = Array.from({ length: takenAtOnce }, () => Promise.resolve());
  let turn = 0;
  const one = async (clone: Clone): Promise<void> => {
    const key = keyOf(clone);
    const last = before.get(key);
    const asOf = ctx.clock.now().toISOString();
    const isStill = still?.has(key) === true || ask?.has(key) === false;
    if (isStill && (last !== undefined || ask !== undefined)) {
      found.set(key, last === undefined ? { asOf, start: "", reason: "it was not looked at" } : { ...last });
      return;
    }
    let start = "";
    try {
      const opened = await clone.open();
      let seen: Look;
      try {
        start = opened.start.commit;
        const [heads, tips] = [last?.head, last?.tip].map((oid) => (oid === undefined ? [] : [oid]));
        const request = {
          id: clone.id,
          start,
          running: clone.running,
          have: [...have, ...(heads ?? [])],
          known: tips ?? [],
        };
        seen = await readSnapshot(ctx, opened.inside, scratch.objectFormat, request);
      } finally {
        await opened.close();
      }
      const take = async (): Promise<void> => {
        const size = await takeLook(ctx, scratch, seen);
        bytes += size;
        if (size > 0) packs += 1;
      };
      const lane = (turn += 1) % takenAtOnce;
      await (taking[lane] = (taking[lane] ?? Promise.resolve()).then(take, take));
      found.set(key, { asOf, start, ...known(seen), ...kept(last, seen) });
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (toCoworkError(error).code === "DISK_FULL") throw error;
      found.set(key, { asOf, start, reason: reasonFor(error) });
    }
  };
  const work = async (open: Clone[]): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) await one(next);
  };
  const hosts = [...Map.groupBy(clones, ({ host }) => host).values()];
  await Promise.all(hosts.flatMap((open) => Array.from({ length: Math.max(1, atOnce) }, async () => await work(open))));
  if (packs > 0) await scratch.grown(packs, bytes);
  return found;
}

/** What was found out at the last look, and may be true still. */
function kept(last: Seen | undefined, { tip }: Look): Pick<Found, "merged" | "work"> {
  const { merged, work } = last ?? {};
  return { ...(merged && last?.tip === tip && { merged }), ...(work && { work }) };
}

function known({ tip, head, during }: Look): Pick<Found, "tip" | "head" | "during"> {
  return { ...(tip && { tip }), ...(head && { head }), ...(during && { during }) };
}
