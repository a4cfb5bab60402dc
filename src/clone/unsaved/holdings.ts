import { randomBytes } from "node:crypto";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { type Place, parseInspection } from "./inspection.ts";
import { inspectScript, type InspectOptions } from "./inspect-script.ts";
import { notARepository } from "../git/inside-script.ts";
import { judgePlace, noHoldings } from "./judge.ts";
import { type Saved, savedNowhere } from "./saved.ts";
import type { BlockedPath, GitInside, Holdings } from "../types.ts";

export interface HoldingsOptions extends InspectOptions {
  /** commits of the remote branches that the clone was created with: those branches are not the session's work */
  remoteTips?: readonly string[];
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Finds what the clone holds that exists nowhere else: one script inside, whose output is compared by content with what the
 * project has. Never throws because of a clone's content: what cannot be read counts as unsaved and is listed in `unreadable`.
 *
 * @param saved the project (`savedBy`), or `savedNowhere()` if it is gone
 * @throws ENGINE_UNREACHABLE, ENGINE_FAILED, GIT_MISSING, INTERRUPTED
 */
export async function inspectHoldings(
  inside: GitInside,
  saved: Saved,
  options: HoldingsOptions = {},
): Promise<Holdings> {
  const nonce = randomBytes(12).toString("hex");
  const input = Buffer.from((await saved.tips()).map((oid) => `${oid}\n`).join(""));
  try {
    const result = await inside.script(inspectScript(nonce, options), {
      input,
      timeoutMs: options.timeoutMs ?? 120_000,
    });
    if (result.code === notARepository) return unreadable(plain(result.stderr).slice(0, 300));
    if (result.truncated) return unreadable("the clone has more files or refs than can be listed");
    const places = parseInspection(result.stdout, nonce);
    if (places === undefined)
      return unreadable(`git inside failed (code ${result.code}): ${plain(result.stderr).slice(0, 300)}`);
    return await judge(places, saved, new Set(options.remoteTips));
  } catch (error) {
    if (error instanceof CoworkError && error.code === "TIMEOUT")
      return unreadable("git inside did not answer in time");
    throw error;
  }
}

async function judge(places: Place[], saved: Saved, remoteTips: ReadonlySet<string>): Promise<Holdings> {
  const main = places.find((place) => place.kind === "main");
  if (main === undefined) return unreadable("the output of git inside is incomplete");
  const holdings = await judgePlace(main, saved, remoteTips);
  const top = `${main.gitDir.replace(/\/\.git$/, "")}/`;
  const seenFromTop = (one: BlockedPath): BlockedPath => ({
    ...one,
    shown: one.path.startsWith(top) ? one.path.slice(top.length) : one.path,
  });
  const seen = new Set([main.gitDir]);
  for (const place of places) {
    if (place === main) continue;
    // A module that is checked out was inspected in its working tree.
    if (place.kind === "module" && seen.has(place.gitDir)) continue;
    seen.add(place.gitDir);
    if (place.kind === "worktree") {
      holdings.worktrees.push({ path: place.path, holdings: await judgePlace(place, saved) });
      continue;
    }
    const name = moduleName(main.gitDir, place.gitDir);
    const path = place.kind === "module" ? (name ?? place.path) : place.path;
    const source = name === undefined ? undefined : saved.module(name, path);
    const nested = holdings.untracked.includes(`${path}/`) || (place.gitDir !== "" && name === undefined);
    holdings.submodules.push({ path, nested, holdings: await judgePlace(place, source ?? savedNowhere()) });
  }
  const inner = [...holdings.submodules, ...holdings.worktrees].map((one) => one.holdings);
  for (const one of [holdings, ...inner]) one.blocked = one.blocked.map(seenFromTop);
  return holdings;
}

/** `a/modules/b` for the module `b` inside `a`: the project uses the same path. */
function moduleName(mainGitDir: string, gitDir: string): string | undefined {
  const prefix = `${mainGitDir}/modules/`;
  return gitDir.startsWith(prefix) ? gitDir.slice(prefix.length) : undefined;
}

function unreadable(why: string): Holdings {
  return { ...noHoldings(), unreadable: [why] };
}
