import { statSync } from "node:fs";
import { dirname } from "node:path";
import { coworkVersion } from "../version.ts";
import type { Context } from "./context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "./files/files.ts";

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
  const known = await recall(ctx, name, depends);
  if (typeof known === "string") return known;
  const { value, partly = false } = await find();
  if (!partly) await remember(ctx, name, depends, value);
  return value;
}

/** What was remembered under that name, by this version, of whatever kind; undefined for nothing, and where it depends on something else. */
export async function recall(
  ctx: Pick<Context, "paths">,
  name: string,
  depends: readonly string[] = [],
): Promise<unknown> {
  const known = parse(await readTextFile(ctx.paths.remembered(name), { maxBytes }).catch(() => undefined));
  return known?.depends === withVersion(depends) ? known.value : undefined;
}

/** Replaces what was remembered under that name. Where it cannot be written it is found out again another time. */
export async function remember(
  ctx: Pick<Context, "paths">,
  name: string,
  depends: readonly string[],
  value: unknown,
): Promise<void> {
  const path = ctx.paths.remembered(name);
  try {
    await ensureFolder(dirname(path), { mode: 0o700 });
    await writeFileAtomic(path, JSON.stringify({ depends: withVersion(depends), value }));
  } catch {
    // no harm: it is found out again
  }
}

function withVersion(depends: readonly string[]): string {
  return [`cowork ${coworkVersion()}`, ...depends].join("\n");
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
