/** One line of a process' mount table, `/proc/<pid>/mountinfo`. */
export interface TableMount {
  /** number of the file system's device: `254:0` */
  device: string;
  /** what of that file system is mounted, as a path in it */
  root: string;
  /** where, as the process sees it: with every link resolved */
  target: string;
}

export function readMountTable(text: string): TableMount[] {
  return text.split("\n").flatMap((line) => {
    const [, , device, root, target] = line.split(" ");
    if (device === undefined || root === undefined || target === undefined) return [];
    return [{ device, root: unescape(root), target: unescape(target) }];
  });
}

/** Where a path of this process lies in its file system, by this process' own table. */
export function placeInTable(table: readonly TableMount[], path: string): Omit<TableMount, "target"> | undefined {
  const holds = ({ target }: TableMount): boolean => target === "/" || path === target || path.startsWith(`${target}/`);
  // Of two on the same place the later one is seen.
  const nearest = table.filter(holds).reduce<TableMount | undefined>((best, one) => {
    return best === undefined || one.target.length >= best.target.length ? one : best;
  }, undefined);
  if (nearest === undefined) return undefined;
  const rest = path.slice(nearest.target === "/" ? 0 : nearest.target.length);
  return { device: nearest.device, root: `${nearest.root === "/" ? "" : nearest.root}${rest}` || "/" };
}

/** The kernel writes spaces and the like as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
