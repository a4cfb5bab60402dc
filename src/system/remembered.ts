import { statSync } from "node:fs";
import { dirname } from "node:path";
import { coworkVersion } from "../version.ts";
import type { Context } from "./context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "./files/files.ts";

const maxBytes = 1024 * 1024;

export interface Found {
  value: string;
  /** the result is incomplete, so it is not cached */
  partly?: boolean;
}

/**
 * Returns the cached result of an earlier run of the same version with the same dependencies, or calls `find` and caches its
 * result. Failures are not cached. The cache only saves time.
 * @param name name of the file in `cache/`
 * @param depends what the result depends on: if it differs, `find` is called again
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

/** Reads the cached value of that name; undefined if there is none, or if it is of another version or other dependencies. */
export async function recall(
  ctx: Pick<Context, "paths">,
  name: string,
  depends: readonly string[] = [],
): Promise<unknown> {
  const known = parse(await readTextFile(ctx.paths.remembered(name), { maxBytes }).catch(() => undefined));
  return known?.depends === withVersion(depends) ? known.value : undefined;
}

/** Writes the cached value of that name. Errors are ignored. */
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
    // The value is only a cache.
  }
}

function withVersion(depends: readonly string[]): string {
  return [`cowork ${coworkVersion()}`, ...depends].join("\n");
}

/** A stamp of a file's content, links followed. It changes when the file is written or replaced. */
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
