import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import { bundleScript, type WorkInProgress, wipRef } from "./bundle-script.ts";
import { gitFailed, hostGitOk } from "../git/host-git.ts";
import { takeBundle } from "./quarantine.ts";
import type { GitInside } from "../types.ts";

/** Bundling and transferring the commits of a large repository takes a while. */
const transferMs = 30 * 60_000;

export interface BundleRequest {
  /** the session's name */
  session: string;
  objectFormat: "sha1" | "sha256";
  /** commits that the project has */
  have: readonly string[];
  want: readonly string[];
  work?: WorkInProgress;
}

/**
 * Makes a bundle inside the session and fetches it into the project, only below `prefix`, with every object checked. Nothing is
 * checked out, and the clone's configuration is not used.
 *
 * @param prefix refs below it are ours and are replaced
 * @returns the id of the working tree's commit, if one was requested and there was something to commit
 * @throws GIT_FAILED also if the result is not what was requested or is malformed, OUTPUT_TOO_LARGE, TIMEOUT
 */
export async function fetchBundle(
  ctx: Context,
  inside: GitInside,
  source: Source,
  prefix: string,
  request: BundleRequest,
): Promise<string | undefined> {
  const folder = join(ctx.paths.stateRoot, ".tmp");
  await ensureFolder(folder, { mode: 0o700 });
  const file = join(folder, `pull-${randomBytes(8).toString("hex")}.bundle`);
  try {
    const input = [
      ...request.have.map((oid) => `have ${oid}\n`),
      ...request.want.map((oid, n) => `want ${oid} refs/cowork/${n}\n`),
    ].join("");
    const script = bundleScript(request.objectFormat, request.work);
    const made = await inside.save(script, file, {
      input: Buffer.from(input),
      timeoutMs: transferMs,
      write: request.work !== undefined,
    });
    const wip = /^cowork-wip ([0-9a-f]{40,64})$/m.exec(made.stderr)?.[1];
    // With nothing wanted and a working tree that is clean or was committed before, there is nothing to bundle.
    if (made.code !== 0 && request.want.length === 0 && /empty bundle/.test(made.stderr)) return wip;
    if (made.code !== 0) throw gitFailed("Bundling the session's commits", made);
    return (await take(ctx, source, file, prefix, request)) ?? wip;
  } finally {
    await removeTree(file);
  }
}

async function take(
  ctx: Context,
  source: Source,
  file: string,
  prefix: string,
  request: BundleRequest,
): Promise<string | undefined> {
  const git = ["--git-dir", source.gitDir];
  const options = {
    safe: [source.gitDir],
    timeoutMs: transferMs,
    // No remote may be contacted because of these objects.
    extraEnv: { GIT_ALLOW_PROTOCOL: "none", GIT_NO_LAZY_FETCH: "1" },
  };
  await hostGitOk(ctx, [...git, "bundle", "verify", "--quiet", file], {
    ...options,
    what: "Checking the session's commits",
  });
  const heads = await hostGitOk(ctx, [...git, "bundle", "list-heads", file], {
    ...options,
    what: "Reading the session's commits",
  });
  const offered = new Map<string, string>();
  for (const line of heads.split("\n")) {
    const [, oid, name] = /^([0-9a-f]{40,64}) (refs\/cowork\/(?:\d+|wip))$/.exec(line) ?? [];
    if (oid !== undefined && name !== undefined) offered.set(name, oid);
  }
  for (const [n, oid] of request.want.entries()) {
    if (offered.get(`refs/cowork/${n}`) === oid) continue;
    throw new CoworkError("GIT_FAILED", `The session's git sent commits that were not requested (${plain(oid)}).`);
  }
  const refs = [...request.want.keys()].map((n) => `refs/cowork/${n}`);
  if (request.work !== undefined && offered.has(wipRef)) refs.push(wipRef);
  const tips = refs.map((ref) => [ref, offered.get(ref) ?? ""] as const);
  const format = ["git", "format-patch", "--stdout", "HEAD", "--not", "--remotes"];
  const asPatches = ownCommand("connect", request.session, "--", ...format);
  await takeBundle(ctx, source, file, {
    name: `${ctx.paths.pathHash}-${request.session}`,
    tips: tips.map(([, oid]) => oid),
    gitHint: steps`pull the commits as patches: ${asPatches} > ${request.session}.patch; then git am ${request.session}.patch`,
  });
  // Refs are created at once, because the next gc removes unreferenced objects.
  const names = tips.map(([ref, oid]) => `update ${prefix}${ref.slice("refs/cowork/".length)} ${oid}\n`);
  await hostGitOk(ctx, [...git, "update-ref", "--stdin"], {
    ...options,
    what: "Creating refs for the session's commits",
    input: names.join(""),
    ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
  });
  return offered.get(wipRef);
}
