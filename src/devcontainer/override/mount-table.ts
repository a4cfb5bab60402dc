/** One line of a process's mount table, `/proc/<pid>/mountinfo`. */
export interface TableMount {
  /** device number of the file system: `254:0` */
  device: string;
  /** the mounted path within that file system */
  root: string;
  /** the mount point as the process sees it, with all links resolved */
  target: string;
}

export function readMountTable(text: string): TableMount[] {
  return text.split("\n").flatMap((line) => {
    const [, , device, root, target] = line.split(" ");
    if (device === undefined || root === undefined || target === undefined) return [];
    return [{ device, root: unescape(root), target: unescape(target) }];
  });
}

/** Finds a path of this process within its file system, according to this process's own table. */
export function placeInTable(table: readonly TableMount[], path: string): Omit<TableMount, "target"> | undefined {
  const holds = ({ target }: TableMount): boolean => target === "/" || path === target || path.startsWith(`${target}/`);
  // If two are mounted at the same place, the later one is visible.
  const nearest = table.filter(holds).reduce<TableMount | undefined>((best, one) => {
    return best === undefined || one.target.length >= best.target.length ? one : best;
  }, undefined);
  if (nearest === undefined) return undefined;
  const rest = path.slice(nearest.target === "/" ? 0 : nearest.target.length);
  return { device: nearest.device, root: `${nearest.root === "/" ? "" : nearest.root}${rest}` || "/" };
}

/** The kernel writes spaces and other special characters as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
