import type { JSX } from "preact";
import { niceSteps } from "./nice-steps.ts";
import { useWidth } from "./use-width.ts";

export interface Bar {
  label: string;
  /** one value for each series */
  values: number[];
}

interface Props {
  bars: readonly Bar[];
  series: readonly string[];
  format: (value: number) => string;
  /** the smallest value that `format` tells from 0 */
  least: number;
  /** what the picture says, in a sentence */
  summary: string;
}

const height = 190;
const [left, bottom, top] = [52, 24, 8];
const widestLabel = 56;

/** Values over time, one bar a day, stacked by series. The same numbers are in a table below it. */
export function StackedBars({ bars, series, format, least, summary }: Props): JSX.Element {
  const [element, width] = useWidth();
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const steps = niceSteps(Math.max(...totals, 0), least);
  const highest = steps.at(-1) ?? 1;
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / highest);
  const each = bars.length === 0 ? 0 : (width - left) / bars.length;
  const every = Math.max(1, Math.ceil(widestLabel / Math.max(each, 1)));
  return (
    <div ref={element} class="chart">
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={summary}>
          {steps.map((step) => (
            <g class="grid">
              <line x1={left} x2={width} y1={y(step)} y2={y(step)} />
              <text x={left - 8} y={y(step) + 4} text-anchor="end">
                {format(step)}
              </text>
            </g>
          ))}
          {bars.map((bar, index) => (
            <g>
              <title>{titleOf(bar, series, format)}</title>
              <rect class="hover" x={left + index * each} y={top} width={each} height={height - top - bottom} />
              <Stack values={bar.values} x={left + index * each + each * 0.18} width={each * 0.64} y={y} />
              {(bars.length - 1 - index) % every === 0 ? (
                <DayLabel text={bar.label} x={left + (index + 0.5) * each} width={width} />
              ) : null}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

/** Under the middle of its bar, but not beyond the right edge. */
function DayLabel({ text, x, width }: { text: string; x: number; width: number }): JSX.Element {
  const isCut = x + widestLabel / 2 > width;
  return (
    <text x={isCut ? width : x} y={height - 6} text-anchor={isCut ? "end" : "middle"}>
      {text}
    </text>
  );
}

function Stack(props: { values: readonly number[]; x: number; width: number; y: (v: number) => number }): JSX.Element {
  const { values, x, width, y } = props;
  let below = 0;
  const parts = values.map((value, index) => {
    const from = below;
    below += value;
    return value === 0 ? null : (
      <rect
        class={`series-${index + 1}`}
        x={x}
        width={width}
        y={y(below)}
        height={Math.max(y(from) - y(below) - 1, 1)}
        rx="2"
      />
    );
  });
  return <>{parts}</>;
}

function titleOf({ label, values }: Bar, series: readonly string[], format: (value: number) => string): string {
  const lines = series.flatMap((name, index) => {
    const value = values[index] ?? 0;
    return value === 0 ? [] : [`${name}: ${format(value)}`];
  });
  return [label, ...lines].join("\n");
}
