/** Round values from 0 to at least the highest, three or four of them, for the lines of a chart. */
export function niceSteps(highest: number): number[] {
  if (!(highest > 0)) return [0, 1];
  const raw = highest / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const steps: number[] = [];
  for (let n = 0; n * step < highest + step; n += 1) steps.push(n * step);
  return steps;
}
