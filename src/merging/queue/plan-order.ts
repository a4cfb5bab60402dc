/** A session in the queue, as far as its place in it depends on it. */
export interface Placed {
  name: string;
  /** number of sessions of this queue that it is known to collide with; absent: not known */
  collisions?: number;
  /** sessions that it was started from, or whose work it contains */
  onTop: readonly string[];
}

/**
 * The order of a queue: what a session stands on comes before it, then the one with the fewest collisions, then as given. With
 * `keep` the given order stays.
 */
export function orderQueue(items: readonly Placed[], options: { keep: boolean }): string[] {
  if (options.keep) return items.map(({ name }) => name);
  const names = new Set(items.map(({ name }) => name));
  const left = items.map((item) => ({
    ...item,
    onTop: item.onTop.filter((one) => names.has(one) && one !== item.name),
  }));
  const ordered: string[] = [];
  while (left.length > 0) {
    const free = left.filter(({ onTop }) => onTop.every((name) => ordered.includes(name)));
    // Two that contain each other's work are the same commit.
    const from = free.length > 0 ? free : left;
    const next = from.reduce((best, one) => (weight(one) < weight(best) ? one : best));
    ordered.push(next.name);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}

function weight({ collisions = 0 }: Placed): number {
  return collisions;
}
