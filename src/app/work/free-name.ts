import { randomInt } from "node:crypto";
import { nameKey } from "../../session/record/names.ts";
import { knownSessions } from "../find/known-sessions.ts";
import { rootHere } from "../find/find-sessions.ts";
import type { Scope } from "../scope.ts";

// Short plain words that are easy to say, to hear and to type.
const adjectives =
  "bold brave bright clear cool fair fast fresh glad gold green kind light lucky merry mild neat new quick quiet red rich sharp silver small smart soft steady sunny swift tall warm wide wild wise".split(
    " ",
  );
const nouns =
  "apple arrow bear bell bird boat bridge brook castle cedar cloud comet coral corn crane dawn deer eagle field fox garden harbor hawk hill island lake lamp leaf lion maple meadow moon oak otter owl path pine pond rain river robin rose sail star stone sun tiger tree tulip valley wave wind wolf".split(
    " ",
  );

/** A name that no session of the project has, e.g. `quiet-river`. */
export async function freeName(scope: Scope): Promise<string> {
  const here = await rootHere(scope);
  const known = await knownSessions(scope.ctx, here);
  const taken = new Set(known.filter(({ root }) => root === here).map(({ name }) => nameKey(name)));
  return pickName(taken, (count) => randomInt(count));
}

/** @param random a whole number below its argument */
export function pickName(taken: ReadonlySet<string>, random: (count: number) => number): string {
  const all = adjectives.flatMap((adjective) => nouns.map((noun) => `${adjective}-${noun}`));
  const free = all.filter((name) => !taken.has(nameKey(name)));
  const chosen = free[random(free.length)];
  if (chosen !== undefined) return chosen;
  let n = 2;
  while (taken.has(nameKey(`${all[0]}-${n}`))) n += 1;
  return `${all[0]}-${n}`;
}
