/** Lines from `start` to `end`, the end not included, from 0. Without lines it is a place between two. */
export interface Lines {
  start: number;
  end: number;
}

/** Lines of the base, and those that a side has in their place. */
export interface Region {
  base: Lines;
  side: Lines;
}

const maxEdits = 500;

/**
 * The regions in which a side differs from the base: the shortest edit by Myers' algorithm (An O(ND) Difference Algorithm, 1986),
 * as git has it. If more than 500 lines differ, all between the first and the last is one region.
 */
export function diffLines(base: readonly string[], side: readonly string[]): Region[] {
  const shorter = Math.min(base.length, side.length);
  let head = 0;
  while (head < shorter && base[head] === side[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && base.at(-1 - tail) === side.at(-1 - tail)) tail += 1;
  const [a, b] = [base.slice(head, base.length - tail), side.slice(head, side.length - tail)];
  if (a.length === 0 && b.length === 0) return [];
  const shift = ({ start, end }: Lines): Lines => ({ start: start + head, end: end + head });
  const whole = { base: { start: 0, end: a.length }, side: { start: 0, end: b.length } };
  const regions = a.length === 0 || b.length === 0 ? [whole] : (regionsOf(a, b) ?? [whole]);
  return regions.map((region) => ({ base: shift(region.base), side: shift(region.side) }));
}

function regionsOf(a: readonly string[], b: readonly string[]): Region[] | undefined {
  const trace = search(a, b);
  if (trace === undefined) return undefined;
  const regions: Region[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const before = trace[edits - 1] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = isDown(before, diagonal, edits);
    const from = down ? diagonal + 1 : diagonal - 1;
    const startX = before.get(from) ?? 0;
    const startY = startX - from;
    const edit: Region = {
      base: { start: startX, end: down ? startX : startX + 1 },
      side: { start: startY, end: down ? startY + 1 : startY },
    };
    const last = regions.at(-1);
    // The edits come from the end: one that touches the last extends it.
    if (last !== undefined && last.base.start === edit.base.end && last.side.start === edit.side.end) {
      last.base.start = edit.base.start;
      last.side.start = edit.side.start;
    } else regions.push(edit);
    [x, y] = [startX, startY];
  }
  return regions.toReversed();
}

const isDown = (reached: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean =>
  diagonal === -edits || (diagonal !== edits && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1));

/** How far each diagonal reaches with 0, 1, 2 … edits. */
function search(a: readonly string[], b: readonly string[]): ReadonlyMap<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let before = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(maxEdits, a.length + b.length); edits += 1) {
    const reached = new Map<number, number>();
    trace.push(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = isDown(before, diagonal, edits);
      let x = down ? (before.get(diagonal + 1) ?? 0) : (before.get(diagonal - 1) ?? 0) + 1;
      let y = x - diagonal;
      while (x < a.length && y < b.length && a[x] === b[y]) [x, y] = [x + 1, y + 1];
      reached.set(diagonal, x);
      if (x >= a.length && y >= b.length) return trace;
    }
    before = reached;
  }
  return undefined;
}
