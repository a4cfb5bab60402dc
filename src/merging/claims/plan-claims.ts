import type { Claim, ClaimMode, ClaimRequest, StoredClaims } from "../../contract/merging/claims.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { clockOf } from "./clock.ts";
import { globMatches, globsOverlap, matchesAll, parseGlob, type Glob } from "./glob.ts";

/** How long a claim holds without a sign of the holder's agent, in ms. */
export const leaseMs = 60 * 60_000;
const maxGlobs = 50;
const maxClaims = 1_000;
const maxWhy = 300;

/** Who asks. */
export interface Claimant {
  session: string;
  sessionId: string;
  by: Claim["by"];
}

/** Exclusive goes with nothing; all others go together. */
export function areCompatible(a: ClaimMode, b: ClaimMode): boolean {
  return a !== "exclusive" && b !== "exclusive";
}

/**
 * Reads the patterns of a request.
 * @throws USAGE for one that cannot be claimed, and for everything exclusively unless it was asked for as such
 */
export function readGlobs({ globs, mode, all = false }: ClaimRequest): Glob[] {
  if (globs.length === 0) throw usageError("Name the paths to claim.", "cowork claim <session> 'src/**'");
  if (globs.length > maxGlobs) throw usageError(`More than ${maxGlobs} patterns.`, "claim folders instead of files");
  const parsed = globs.map(parseGlob);
  const every = parsed.find(matchesAll);
  if (every !== undefined && mode === "exclusive" && !all)
    throw usageError(
      `\`${plain(every.text)}\` is everything: no other agent could edit a file.`,
      "add --all if you mean it",
    );
  return parsed;
}

/**
 * Grants a request as a whole, or not at all. The holder's own claims are no obstacle; one with the same patterns is replaced, so
 * that a claim can be raised or lowered.
 * @throws CLAIMED naming the holder, the reason and the end; USAGE as `readGlobs`
 */
export function grant(
  stored: StoredClaims,
  who: Claimant,
  request: ClaimRequest,
  { now, id }: { now: number; id: string },
): { stored: StoredClaims; claim: Claim } {
  const globs = readGlobs(request);
  const { mode, why, elsewhere = [] } = request;
  const texts = globs.map(({ text }) => text);
  const others = [...stored.claims, ...elsewhere].filter(({ sessionId }) => sessionId !== who.sessionId);
  const inTheWay = others.find(
    (one) =>
      !areCompatible(one.mode, mode) &&
      one.globs.some((text) => globs.some((glob) => globsOverlap(parseGlob(text), glob))),
  );
  if (inTheWay !== undefined) throw taken(inTheWay, texts);
  const kept = stored.claims.filter((one) => one.sessionId !== who.sessionId || !sameTexts(one.globs, texts));
  if (kept.length >= maxClaims) throw new CoworkError("CLAIMED", `There are ${maxClaims} claims already.`);
  const claim: Claim = {
    id,
    ...who,
    mode,
    globs: texts,
    ...(why === undefined || why.trim() === "" ? {} : { why: plain(why).slice(0, maxWhy) }),
    at: new Date(now).toISOString(),
    until: new Date(now + leaseMs).toISOString(),
  };
  return { stored: { ...stored, claims: [...kept, claim] }, claim };
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}

function taken({ session, why, until, globs, mode }: Claim, wanted: readonly string[]): CoworkError {
  const reason = why === undefined ? "" : ` (${plain(why)})`;
  const what = `Session ${plain(session)} holds ${globs.map((text) => plain(text)).join(", ")} ${mode} until ${clockOf(until)}${reason}`;
  return new CoworkError("CLAIMED", `${what}, so ${wanted.map((text) => plain(text)).join(", ")} cannot be claimed.`, {
    hint: steps`see all of them: ${ownCommand("claim")}; or end that claim: ${ownCommand("claim", session, "--release")}`,
  });
}

/** Ends a session's claims: all, or those with these patterns. */
export function release(
  stored: StoredClaims,
  sessionId: string,
  globs: readonly string[],
): { stored: StoredClaims; released: Claim[] } {
  const isMeant = (one: Claim): boolean =>
    one.sessionId === sessionId && (globs.length === 0 || one.globs.some((text) => globs.includes(text)));
  const released = stored.claims.filter(isMeant);
  return { stored: { ...stored, claims: stored.claims.filter((one) => !isMeant(one)) }, released };
}

/** What is known of a holder. */
export interface Holder {
  /** its container runs */
  running: boolean;
  /** when its agent last reported something, in ms since 1970; absent: never */
  heardAt?: number;
}

const maxNotices = 20;

/**
 * What time and the holders do to claims: one that lapsed ends, and its holder gets a notice; one whose session is stopped or gone ends; one
 * whose agent works is renewed. Expiry comes first: a holder that woke up late has lost it.
 * @param holders by session id; a session that is missing is gone
 */
export function settleClaims(stored: StoredClaims, holders: ReadonlyMap<string, Holder>, now: number): StoredClaims {
  const claims: Claim[] = [];
  const lapsed = new Map(Object.entries(stored.lapsed ?? {}).filter(([id]) => holders.has(id)));
  for (const one of stored.claims) {
    const holder = holders.get(one.sessionId);
    if (holder === undefined) continue;
    const heard = holder.running ? (holder.heardAt ?? 0) : 0;
    const until = Math.max(Date.parse(one.until), heard + leaseMs);
    if (until <= now) {
      const text = `Your ${one.mode} claim on ${one.globs.join(", ")} has lapsed at ${new Date(until).toISOString()}.`;
      const before = lapsed.get(one.sessionId) ?? [];
      lapsed.set(one.sessionId, [...before, { id: one.id, text }].slice(-maxNotices));
    } else if (holder.running) claims.push(renewed(one, until));
  }
  return { claims, ...(lapsed.size === 0 ? {} : { lapsed: Object.fromEntries(lapsed) }) };
}

/** In steps of a quarter of the lease, so that the files do not change with every report. */
function renewed(claim: Claim, until: number): Claim {
  return until - Date.parse(claim.until) < leaseMs / 4 ? claim : { ...claim, until: new Date(until).toISOString() };
}

/** The claims that a path is under. Those that follow from changes have paths, and folders that end in a slash, instead of patterns. */
export function claimsOn<T extends Claim & { derived?: boolean }>(claims: readonly T[], path: string): T[] {
  const isUnder = (text: string): boolean => text === path || (text.endsWith("/") && path.startsWith(text));
  return claims.filter(({ globs, derived }) =>
    globs.some((text) => (derived === true ? isUnder(text) : globMatches(parseGlob(text), path))),
  );
}
