import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { spendingByDay } from "../parts/charts/spending-by-day.ts";
import { StackedBars } from "../parts/charts/stacked-bars.tsx";
import { clock } from "../state/clock.ts";
import { runs } from "../state/runs.ts";
import { count, money } from "../text/units.ts";
import { plain } from "../text/visible.ts";

const measures = {
  cost: {
    title: "Cost",
    of: (run: { cost: number }) => run.cost,
    format: (value: number) => money(value) || "$0.00",
    least: 0.01,
  },
  tokens: {
    title: "Tokens",
    of: ({ tokens }: { tokens: { input: number; output: number } }) => tokens.input + tokens.output,
    format: count,
    least: 1,
  },
};

/** What runs cost, by day and project. Nothing until there was a run. */
export function Spending(): JSX.Element | null {
  const [measure, setMeasure] = useState<keyof typeof measures>("cost");
  const [days, setDays] = useState(14);
  if (runs.value === undefined || runs.value.length === 0) return null;
  const { of, format, least, title } = measures[measure];
  const { bars, series, totals } = spendingByDay(runs.value, { days, now: clock.value, of });
  const names = series.map(plain);
  const total = totals.reduce((sum, value) => sum + value, 0);
  const summary = `${title} of the last ${days} days: ${format(total)}. ${names.map((name, n) => `${name} ${format(totals[n] ?? 0)}`).join(", ")}`;
  return (
    <section class="card spending" aria-labelledby="spending">
      <div class="spending-head">
        <div>
          <h2 id="spending">{title} by project</h2>
          <p class="muted">
            {format(total)} in {days} days
            {measure === "cost" ? ", at list prices" : ""}
          </p>
        </div>
        <div class="choices">
          <Choice value={measure} options={{ cost: "Cost", tokens: "Tokens" }} label="Measure" onChange={setMeasure} />
          <Choice
            value={String(days)}
            options={{ 14: "14 days", 30: "30 days" }}
            label="Time"
            onChange={(n) => setDays(Number(n))}
          />
        </div>
      </div>
      <StackedBars bars={bars} series={names} format={format} least={least} summary={summary} />
      <ul class="legend">
        {names.map((name, n) => (
          <li>
            <span class={`swatch series-${n + 1}`} />
            {name} <b>{format(totals[n] ?? 0)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Choice<T extends string>(props: {
  value: T;
  options: Record<T, string>;
  label: string;
  onChange: (value: T) => void;
}): JSX.Element {
  const { value, options, label, onChange } = props;
  return (
    <div class="choice" role="group" aria-label={label}>
      {(Object.entries(options) as [T, string][]).map(([name, text]) => (
        <button type="button" aria-pressed={name === value} onClick={() => onChange(name)}>
          {text}
        </button>
      ))}
    </div>
  );
}
