import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { trustFile } from "../contract/files.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import type { Paths } from "../system/paths.ts";

// What the user trusts: for each project root, the hashes of the configurations that were shown. If the file cannot be read,
// nothing is trusted, and the file is renamed.

const maxBytes = 4 * 1024 * 1024;
/** Number of hashes to keep per project. Older ones belong to outdated configurations. */
const kept = 100;

type Agreed = Record<string, string[]>;

export async function isTrusted(paths: Pick<Paths, "trust">, root: string, hash: string): Promise<boolean> {
  const agreed = await readAgreed(paths.trust);
  return agreed !== undefined && Object.hasOwn(agreed, root) && (agreed[root] ?? []).includes(hash);
}

/** @throws DISK_FULL, PERMISSION_DENIED, BUSY */
export async function rememberTrust(
  ctx: Pick<Context, "paths" | "clock" | "signal">,
  root: string,
  hash: string,
): Promise<void> {
  const { trust } = ctx.paths;
  await withLock(ctx, "trust", { what: "the list of trusted configurations" }, async () => {
    await ensureFolder(dirname(trust));
    const agreed = await readAgreed(trust);
    if (agreed === undefined) await keepAside(trust, ctx.clock.now());
    const before = agreed !== undefined && Object.hasOwn(agreed, root) ? (agreed[root] ?? []) : [];
    const hashes = [...before.filter((one) => one !== hash), hash].slice(-kept);
    const projects = { ...agreed, [root]: hashes };
    await writeFileAtomic(trust, `${JSON.stringify({ version: 1, projects }, null, 2)}\n`, { mode: 0o600 });
  });
}

/** Undefined if the file exists but cannot be parsed. */
async function readAgreed(path: string): Promise<Agreed | undefined> {
  try {
    const text = await readTextFile(path, { maxBytes });
    if (text === undefined) return {};
    return trustFile.parse(JSON.parse(text)).projects;
  } catch {
    return undefined;
  }
}

async function keepAside(path: string, now: Date): Promise<void> {
  await rename(path, `${path}.unreadable-${now.toISOString().replaceAll(":", "-")}`).catch(() => undefined);
}
