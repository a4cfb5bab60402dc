import { statSync } from "node:fs";
import { dirname } from "node:path";
import { coworkVersion } from "../version.ts";
import type { Context } from "./context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "./files.ts";

const maxBytes = 1024 * 1024;

export interface Found {
  value: string;
  /** the next run may find more: it is not remembered */
  partly?: boolean;
}

/**
 * What an earlier run of this version found out, as long as all that it depends on is the same; what failed is not remembered.
 * That it can be kept is a help to speed and nothing else.
 * @param name of the file that it is kept in, below `cache/`
 * @param depends on what it depends: anything else, and it is found out anew
 */
export async function remembered(
  ctx: Pick<Context, "paths">,
  name: string,
  depends: readonly string[],
  find: () => Promise<Found>,
): Promise<string> {
  const path = ctx.paths.remembered(name);
  const all = [`cowork ${coworkVersion()}`, ...depends].join("\n");
  const known = parse(await readTextFile(path, { maxBytes }).catch(() => undefined));
  if (known?.depends === all && typeof known.value === "string") return known.value;
  const { value, partly = false } = await find();
  if (partly) return value;
  try {
    await ensureFolder(dirname(path), { mode: 0o700 });
    await writeFileAtomic(path, JSON.stringify({ depends: all, value }));
  } catch {
    // the next run finds it out again
  }
  return value;
}

/** Stands for the content of a file, links followed: another one as soon as it is written or replaced. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${path} ${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return `${path} -`;
  }
}

function parse(text: string | undefined): { depends?: unknown; value?: unknown } | undefined {
  try {
    return JSON.parse(text ?? "null") as { depends?: unknown; value?: unknown };
  } catch {
    return undefined;
  }
}
