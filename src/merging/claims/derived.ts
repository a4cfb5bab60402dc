import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { parseJson, texts } from "../../contract/common.ts";
import type { Claim } from "../../contract/merging/claims.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { clockOf } from "./clock.ts";

type DerivedContext = Pick<Context, "paths" | "clock" | "signal">;

const changed = z.object({ paths: texts, at: z.string() });
const derivedFile = z.object({ sessions: z.record(z.string(), z.extend(changed, { session: z.string() })) });

/** What a session has changed, as the last look at the project's sessions found it. */
export type Changed = z.infer<typeof changed>;
type Derived = z.infer<typeof derivedFile>["sessions"];

const maxBytes = 4 * 1024 * 1024;

/**
 * Intent claims that no one made: what a session has changed. They say where it works, and nothing follows from them,
 * so they are kept apart from the claims that the hook reads.
 */
export async function readDerived(ctx: Pick<Context, "paths">, project: string): Promise<Derived> {
  const text = await readTextFile(fileOf(ctx, project), { maxBytes }).catch(() => undefined);
  const read = derivedFile.safeParse(parseJson(text ?? ""));
  // They come from a cache, and the next look finds them again.
  return read.success ? read.data.sessions : {};
}

/**
 * Notes what a session has changed, for all sessions of its project on this host to see; without paths it has changed nothing.
 * @param sessionIds of the project's sessions on this host: what sessions had changed that are gone is forgotten
 */
export async function keepDerived(
  ctx: DerivedContext,
  { project, sessionIds }: { project: string; sessionIds: readonly string[] },
  own?: { id: string; session: string } & Changed,
): Promise<void> {
  if (own === undefined && !existsSync(fileOf(ctx, project))) return;
  await withLock(ctx, `claims-${project}`, { what: `the claims of ${project}` }, async () => {
    const before = await readDerived(ctx, project);
    const others = Object.entries(before).filter(([id]) => sessionIds.includes(id) && id !== own?.id);
    const mine = own === undefined || own.paths.length === 0 ? [] : [[own.id, shownOf(own)] as const];
    const sessions = Object.fromEntries([...others, ...mine]);
    if (Object.keys(sessions).length === 0) await rm(fileOf(ctx, project), { force: true });
    else {
      await ensureFolder(join(ctx.paths.home, "projects"), { mode: 0o700 });
      await writeFileAtomic(fileOf(ctx, project), JSON.stringify({ sessions }), { mode: 0o600, isCache: true });
    }
    for (const id of sessionIds) await writeList(ctx, sessions, id);
  });
}

/** As claims, the oldest first. */
export function derivedClaims(derived: Derived): (Claim & { derived: true })[] {
  const claims = Object.entries(derived).map(([sessionId, { session, paths, at }]) => {
    const claim = { id: "derived", session, sessionId, mode: "intent", by: "session", derived: true } as const;
    return { ...claim, globs: paths, why: "has changed these files", at, until: at };
  });
  return claims.toSorted((a, b) => a.at.localeCompare(b.at));
}

function shownOf({ session, paths, at }: { session: string } & Changed): Derived[string] {
  return { session, paths, at };
}

function fileOf(ctx: Pick<Context, "paths">, project: string): string {
  return join(ctx.paths.home, "projects", `${project}.changed.json`);
}

/** For the small `cowork` inside: a line for each path, with its fields separated by tabs: holder, time, path. */
async function writeList(ctx: Pick<Context, "paths">, derived: Derived, id: string): Promise<void> {
  const folder = ctx.paths.container(id);
  if (!existsSync(folder)) return;
  const file = join(folder, "changed");
  const lines = Object.entries(derived).flatMap(([sessionId, { session, paths, at }]) => {
    const holder = sessionId === id ? `${session} (this session)` : session;
    return paths.map((path) => [holder, clockOf(at), path].map((value) => plain(value)).join("\t"));
  });
  const text = lines.map((line) => `${line}\n`).join("");
  const present = await readTextFile(file, { maxBytes }).catch(() => undefined);
  if (text !== (present ?? "")) await writeFileAtomic(file, text, { mode: 0o644 });
}
