import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { readTextFile, writeFileAtomic } from "../system/files.ts";

/** The environment of programs in a session's container, worked out by who connected first since its last start. */
export async function writeEnvironment(
  ctx: Pick<Context, "paths">,
  id: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomic(fileOf(ctx, id), JSON.stringify(environment), { mode: 0o600 });
}

/** What the container's start, and its lifecycle commands, change: it has to be asked anew. */
export async function forgetEnvironment(ctx: Pick<Context, "paths">, id: string): Promise<void> {
  await rm(fileOf(ctx, id), { force: true });
}

/** Undefined where it was never worked out, or cannot be read: then it has to be asked anew. */
export async function readEnvironment(
  ctx: Pick<Context, "paths">,
  id: string,
): Promise<Record<string, string> | undefined> {
  const text = await readTextFile(fileOf(ctx, id), { maxBytes: 8 * 1024 * 1024 });
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return undefined;
  }
}

function fileOf(ctx: Pick<Context, "paths">, id: string): string {
  return join(ctx.paths.devcontainer(id), "environment.json");
}
