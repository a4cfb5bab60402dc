import fc from "fast-check";
import { expect, test } from "vitest";
import { orderQueue } from "../../../../src/merging/queue/plan-order.ts";
import {
  afterTarget,
  afterTry,
  nextStep,
  startQueue,
  type Conflicted,
  type QueueState,
} from "../../../../src/merging/queue/plan-queue.ts";

/** A world without git: which sessions are bad, which collide, whether the target's own tests pass. */
interface World {
  bad?: readonly string[];
  /** pairs that conflict: the later one in the candidate does not merge */
  collide?: readonly (readonly [string, string])[];
  targetRed?: boolean;
  oneByOne?: boolean;
}

function work(names: readonly string[], world: World): { state: QueueState; runs: number; tried: string[][] } {
  const { bad = [], collide = [], targetRed = false, oneByOne = false } = world;
  let state = startQueue(names, { oneByOne });
  let runs = 0;
  const tried: string[][] = [];
  for (let turn = 0; turn < 10_000; turn += 1) {
    const step = nextStep(state);
    if (step.do === "done") return { state, runs, tried };
    if (step.do === "target") {
      runs += 1;
      state = afterTarget(state, !targetRed);
      continue;
    }
    const merged: string[] = [];
    const conflicted: Conflicted[] = [];
    for (const name of step.names) {
      const before = [...state.landed, ...merged];
      const hits = collide.some(([a, b]) => (a === name && before.includes(b)) || (b === name && before.includes(a)));
      if (hits) conflicted.push({ name, after: [...merged], paths: ["f"] });
      else merged.push(name);
    }
    tried.push([...state.landed, ...merged]);
    if (merged.length > 0) runs += 1;
    const green = !targetRed && ![...state.landed, ...merged].some((name) => bad.includes(name));
    state = afterTry(state, { merged, conflicted, green });
  }
  throw new Error("the queue does not end");
}

const named = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n}`);
const halvings = (count: number): number => Math.ceil(Math.log2(count));

test("good sessions need one run of the tests", () => {
  for (const count of [1, 2, 8, 50]) {
    const { state, runs } = work(named(count), {});
    expect([runs, state.landed]).toEqual([1, named(count)]);
  }
});

test("one bad session of N is found in at most 2·⌈log₂N⌉+1 runs, wherever it is, and all others land in order", () => {
  for (let count = 2; count <= 64; count += 1) {
    for (const bad of named(count)) {
      const { state, runs } = work(named(count), { bad: [bad] });
      expect(runs).toBeLessThanOrEqual(2 * halvings(count) + 1);
      expect(state.culprits.map(({ name }) => name)).toEqual([bad]);
      expect(state.landed).toEqual(named(count).filter((name) => name !== bad));
    }
  }
});

test("eight with one bad: at most seven runs", () => {
  const runs = named(8).map((bad) => work(named(8), { bad: [bad] }).runs);
  expect(Math.max(...runs)).toBeLessThanOrEqual(7);
});

test("a session alone that fails is blamed only if the target passes", () => {
  expect(work(["a"], { bad: ["a"] })).toMatchObject({
    runs: 2,
    state: { culprits: [{ name: "a" }], targetRed: false },
  });
  const red = work(["a", "b", "c"], { targetRed: true });
  expect(red.state).toMatchObject({ culprits: [], landed: [], targetRed: true });
});

test("a conflict with a session that does not land is tried again", () => {
  const { state } = work(["a", "b", "c"], { bad: ["a"], collide: [["a", "b"]] });
  expect(state).toMatchObject({ landed: ["c", "b"], conflicted: [], culprits: [{ name: "a" }] });
  const kept = work(["a", "b", "c"], { collide: [["a", "b"]] });
  expect(kept.state).toMatchObject({ landed: ["a", "c"], conflicted: [{ name: "b" }] });
});

test("a session that needs another one of the queue lands after it", () => {
  // b alone fails, with a it passes: the tests see the whole candidate.
  let state = startQueue(["b", "a"], { oneByOne: true });
  for (let turn = 0; turn < 20; turn += 1) {
    const step = nextStep(state);
    if (step.do === "done") break;
    if (step.do === "target") state = afterTarget(state, true);
    else {
      const all = [...state.landed, ...step.names];
      state = afterTry(state, { merged: step.names, conflicted: [], green: !all.includes("b") || all.includes("a") });
    }
  }
  expect(state).toMatchObject({ landed: ["a", "b"], culprits: [] });
});

test("whatever is bad or collides: all others land, all bad ones are named, nobody is lost", () => {
  const sessions = fc.uniqueArray(fc.constantFrom(...named(12)), { minLength: 1 });
  const pair = fc.tuple(fc.constantFrom(...named(12)), fc.constantFrom(...named(12)));
  fc.assert(
    fc.property(
      sessions,
      fc.subarray(named(12)),
      fc.array(
        pair.filter(([a, b]) => a !== b),
        { maxLength: 6 },
      ),
      fc.boolean(),
      (names, bad, collide, oneByOne) => {
        const { state } = work(names, { bad, collide, oneByOne });
        const culprits = state.culprits.map(({ name }) => name);
        const conflicted = state.conflicted.map(({ name }) => name);
        expect([...state.landed, ...culprits, ...conflicted].toSorted()).toEqual(names.toSorted());
        expect(state.landed.some((name) => bad.includes(name))).toBe(false);
        expect(culprits.every((name) => bad.includes(name))).toBe(true);
        // Who is good and was left out collides with one that landed.
        for (const name of conflicted.filter((one) => !bad.includes(one)))
          expect(collide.some((both) => both.includes(name) && both.some((one) => state.landed.includes(one)))).toBe(
            true,
          );
      },
    ),
    { numRuns: 500 },
  );
});

test("with one bad session the order is respected in every try", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...named(10)), { minLength: 1 }),
      fc.constantFrom(...named(10)),
      (names, bad) => {
        const { state, tried } = work(names, { bad: [bad] });
        expect(state.landed).toEqual(names.filter((name) => name !== bad));
        for (const one of tried) expect(one).toEqual(names.filter((name) => one.includes(name)));
      },
    ),
  );
});

test("the order: what a session stands on first, then the fewest collisions, then as given", () => {
  const items = [
    { name: "top", onTop: ["base"], collisions: 0 },
    { name: "busy", onTop: [], collisions: 3 },
    { name: "base", onTop: [], collisions: 2 },
    { name: "free", onTop: ["elsewhere"], collisions: 0 },
  ];
  expect(orderQueue(items, { keep: false })).toEqual(["free", "base", "top", "busy"]);
  expect(orderQueue(items, { keep: true })).toEqual(["top", "busy", "base", "free"]);
  const circle = [
    { name: "a", onTop: ["b"] },
    { name: "b", onTop: ["a"] },
  ];
  expect(orderQueue(circle, { keep: false })).toEqual(["a", "b"]);
});
