/**
 * Round values from 0 to at least the highest, up to four of them, for the lines of a chart.
 * @param least what the labels can tell apart: all values are multiples of it
 */
export function niceSteps(highest: number, least: number): number[] {
  if (!(highest > 0)) return [0, least];
  const raw = Math.max(highest / 3, least);
  const power = 10 ** Math.floor(Math.log10(raw));
  const sizes = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const step = sizes.find((size) => size >= raw && isMultiple(size, least)) ?? raw;
  const steps: number[] = [];
  for (let n = 0; n * step < highest + step; n += 1) steps.push(n * step);
  return steps;
}

function isMultiple(size: number, least: number): boolean {
  const times = size / least;
  return Math.abs(times - Math.round(times)) < 1e-6;
}
