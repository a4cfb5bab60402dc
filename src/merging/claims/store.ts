import { join } from "node:path";
import { existsSync } from "node:fs";
import { parseJson } from "../../contract/common.ts";
import { storedClaims, type StoredClaims } from "../../contract/merging/claims.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { flatList } from "./flat-list.ts";

type ClaimContext = Pick<Context, "paths" | "clock" | "signal">;

const maxBytes = 16 * 1024 * 1024;

function claimsFile(ctx: Pick<Context, "paths">, project: string): string {
  return join(ctx.paths.home, "projects", `${project}.claims.json`);
}

/** Whether a project ever had a claim on this host: without one nothing has to be looked at. */
export function hasClaims(ctx: Pick<Context, "paths">, project: string): boolean {
  return existsSync(claimsFile(ctx, project));
}

/** The claims of a project on this host. @throws RECORD_CORRUPT */
export async function readClaims(ctx: Pick<Context, "paths">, project: string): Promise<StoredClaims> {
  const path = claimsFile(ctx, project);
  const text = await readTextFile(path, { maxBytes });
  if (text === undefined) return { claims: [] };
  const found = storedClaims.safeParse(parseJson(text));
  if (found.success) return found.data;
  throw new CoworkError("RECORD_CORRUPT", `The claims of project ${plain(project)} cannot be read.`, {
    hint: `move ${plain(path)} away; claims are only a courtesy`,
  });
}

/**
 * Changes the claims of a project under their lock, and the list that each session sees.
 * @param sessionIds of the project's sessions on this host
 */
export async function changeClaims<T>(
  ctx: ClaimContext,
  { project, sessionIds }: { project: string; sessionIds: readonly string[] },
  change: (stored: StoredClaims) => { stored: StoredClaims; answer: T },
): Promise<T> {
  return await withLock(ctx, `claims-${project}`, { what: `the claims of ${project}` }, async () => {
    const before = await readClaims(ctx, project);
    const { stored, answer } = change(before);
    if (JSON.stringify(stored) !== JSON.stringify(before)) {
      await ensureFolder(join(ctx.paths.home, "projects"), { mode: 0o700 });
      await writeFileAtomic(claimsFile(ctx, project), JSON.stringify(stored), { mode: 0o600 });
    }
    for (const id of sessionIds) await writeList(ctx, stored, id);
    return answer;
  });
}

/** The list of one session, in the folder that its container sees read-only. Only what changed is written. */
async function writeList(ctx: Pick<Context, "paths">, stored: StoredClaims, id: string): Promise<void> {
  const folder = ctx.paths.container(id);
  if (!existsSync(folder)) return;
  const file = join(folder, "claims");
  const text = flatList(stored, id);
  const present = await readTextFile(file, { maxBytes }).catch(() => undefined);
  const isEmpty = text.split("\n").length === 2;
  if (text === present || (isEmpty && present === undefined)) return;
  await writeFileAtomic(file, text, { mode: 0o644 });
}
