import type { RunView } from "../../../contract/work/run.ts";
import type { Bar } from "./stacked-bars.tsx";

/** As many colours as there are; the rest is one series. */
const maxSeries = 6;

export interface Spending {
  bars: Bar[];
  /** projects, the one with most first */
  series: string[];
  /** of each series */
  totals: number[];
}

/** Sums what runs cost by day and project. Days without runs have bars, too. */
export function spendingByDay(
  runs: readonly RunView[],
  { days, now, of }: { days: number; now: number; of: (run: RunView) => number },
): Spending {
  const labels = Array.from({ length: days }, (_, index) => dayOf(now - (days - 1 - index) * 86_400_000));
  const byProject = new Map<string, number>();
  const known = runs.flatMap((run) => {
    const day = dayOf(Date.parse(run.endedAt ?? run.startedAt ?? run.createdAt));
    const value = of(run);
    if (!labels.includes(day) || value === 0) return [];
    byProject.set(run.project, (byProject.get(run.project) ?? 0) + value);
    return [{ project: run.project, day, value }];
  });
  const ranked = [...byProject.entries()].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
  const series = ranked.length > maxSeries ? [...ranked.slice(0, maxSeries - 1), "others"] : ranked;
  const indexOf = (project: string): number => {
    const at = series.indexOf(project);
    return at === -1 ? series.length - 1 : at;
  };
  const bars = labels.map((label) => ({ label, values: series.map(() => 0) }));
  const totals = series.map(() => 0);
  for (const { project, day, value } of known) {
    const at = indexOf(project);
    const values = bars[labels.indexOf(day)]?.values ?? [];
    values[at] = (values[at] ?? 0) + value;
    totals[at] = (totals[at] ?? 0) + value;
  }
  return { bars, series, totals };
}

const format = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

function dayOf(ms: number): string {
  return Number.isNaN(ms) ? "" : format.format(ms);
}
