import { expect, test } from "vitest";
import { niceSteps } from "../../../src/web/parts/charts/nice-steps.ts";
import { spansOf } from "../../../src/web/parts/charts/spans-of.ts";
import { spendingByDay } from "../../../src/web/parts/charts/spending-by-day.ts";
import { runView } from "../../support/fakes/run-view.ts";

const minute = (n: number): string => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();

test("the time of a run is divided by what happened in it", () => {
  const events = [
    { at: minute(30), type: "agent.working" },
    { at: minute(2), type: "agent.tool" },
    { at: minute(4), type: "approval.asked" },
    { at: minute(4), type: "agent.waiting" },
    { at: minute(9), type: "approval.answered" },
    { at: minute(10), type: "something.new" },
  ];
  const { spans, ticks } = spansOf({ startedAt: minute(1), endedAt: minute(12) }, events, 0);
  const ms = (n: number): number => Date.parse(minute(n));
  expect(spans).toEqual([
    { kind: "working", from: ms(1), until: ms(4) },
    { kind: "waiting", from: ms(4), until: ms(9) },
    { kind: "working", from: ms(9), until: ms(12) },
  ]);
  expect(ticks).toEqual([ms(2)]);
  expect(spansOf({}, events, 0).spans).toEqual([]);
});

test("costs are summed by day and project, the largest first, the rest as one", () => {
  const now = Date.parse(minute(0));
  const day = 86_400_000;
  const runs = Array.from({ length: 8 }, (_, n) =>
    runView({ project: `p${n}`, cost: n + 1, endedAt: new Date(now - (n % 2) * day).toISOString() }),
  );
  const old = runView({ project: "p9", cost: 99, endedAt: new Date(now - 40 * day).toISOString() });
  const { bars, series, totals } = spendingByDay([...runs, old], { days: 14, now, of: ({ cost }) => cost });
  expect(series).toEqual(["p7", "p6", "p5", "p4", "p3", "others"]);
  expect(totals).toEqual([8, 7, 6, 5, 4, 6]);
  expect(bars).toHaveLength(14);
  expect(bars.at(-1)?.values).toEqual([0, 7, 0, 5, 0, 4]);
  expect(bars.at(-2)?.values).toEqual([8, 0, 6, 0, 4, 2]);
});

test("the lines of a chart are at round values and reach over the highest", () => {
  const highest = [niceSteps(7, 0.01), niceSteps(0.031, 0.01), niceSteps(2_400_000, 1)].map((steps) => steps.at(-1));
  expect(highest).toEqual([7.5, 0.04, 3_000_000]);
});

test("the lines of a chart have different labels, also for what a first small run cost", () => {
  expect([niceSteps(0, 1), niceSteps(0.0005, 0.01), niceSteps(7, 1)]).toEqual([
    [0, 1],
    [0, 0.01],
    [0, 5, 10],
  ]);
});
