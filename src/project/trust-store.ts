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

/** Hashes by project root. */
type Hashes = Record<string, string[]>;
type TrustContext = Pick<Context, "paths" | "clock" | "signal">;

export async function isTrusted(paths: Pick<Paths, "trust">, root: string, hash: string): Promise<boolean> {
  return hashesOf((await readDecisions(paths.trust))?.projects, root).includes(hash);
}

/** Whether the user said no to the agent's settings in a repository, and has not agreed to them since. */
export async function isRefused(paths: Pick<Paths, "trust">, root: string, hash: string): Promise<boolean> {
  return hashesOf((await readDecisions(paths.trust))?.refused, root).includes(hash);
}

/** @throws DISK_FULL, PERMISSION_DENIED, BUSY */
export async function rememberTrust(ctx: TrustContext, root: string, hash: string): Promise<void> {
  await decide(ctx, { root, hash, trusted: true });
}

/** @throws as `rememberTrust` */
export async function rememberRefusal(ctx: TrustContext, root: string, hash: string): Promise<void> {
  await decide(ctx, { root, hash, trusted: false });
}

async function decide(
  ctx: TrustContext,
  { root, hash, trusted }: { root: string; hash: string; trusted: boolean },
): Promise<void> {
  const { trust } = ctx.paths;
  await withLock(ctx, "trust", { what: "the list of trusted configurations" }, async () => {
    await ensureFolder(dirname(trust));
    const before = await readDecisions(trust);
    if (before === undefined) await keepAside(trust, ctx.clock.now());
    const changed = (all: Hashes = {}, isAdded: boolean): Hashes => {
      const others = hashesOf(all, root).filter((one) => one !== hash);
      return { ...all, [root]: isAdded ? [...others, hash].slice(-kept) : others };
    };
    const projects = changed(before?.projects, trusted);
    const refused = changed(before?.refused, !trusted);
    await writeFileAtomic(trust, `${JSON.stringify({ version: 1, projects, refused }, null, 2)}\n`, { mode: 0o600 });
  });
}

function hashesOf(all: Hashes | undefined, root: string): string[] {
  return all !== undefined && Object.hasOwn(all, root) ? (all[root] ?? []) : [];
}

/** Undefined if the file exists but cannot be parsed. */
async function readDecisions(path: string): Promise<{ projects: Hashes; refused?: Hashes } | undefined> {
  try {
    const text = await readTextFile(path, { maxBytes });
    return text === undefined ? { projects: {} } : trustFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function keepAside(path: string, now: Date): Promise<void> {
  await rename(path, `${path}.unreadable-${now.toISOString().replaceAll(":", "-")}`).catch(() => undefined);
}
