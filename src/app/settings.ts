import type { ResolvedSettings, SettingSources } from "../config/resolve.ts";
import type { Finding } from "../events.ts";
import type { Place } from "../project/find-place.ts";
import type { Context } from "../system/context.ts";

export interface SettingsRequest {
  flags: SettingSources["flags"];
  cpus: number;
  /** ask about settings that come with the repository; if false, they are ignored unless the user agreed before */
  askTrust: boolean;
}

/**
 * Reads the settings of the user and of the project, if any. If git tracks the project's `.cowork.conf`, some of its keys
 * count only after the trust question, because they come from the repository.
 * @throws TRUST_REQUIRED, CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID
 */
export async function readSettings(
  ctx: Context,
  place: Place | undefined,
  request: SettingsRequest,
): Promise<ResolvedSettings> {
  const [{ resolveSettings, trackedFindings }, { readConf, readUserConf }] = await Promise.all([
    import("../config/resolve.ts"),
    import("../config/read.ts"),
  ]);
  const userFile = ctx.paths.userConf;
  const user = await readUserConf(userFile);
  const own = place === undefined ? undefined : await readConf(place.confFile);
  const sources: SettingSources = {
    flags: request.flags,
    env: ctx.env,
    cpus: request.cpus,
    user: user === undefined ? undefined : { file: userFile, values: user },
    project: place === undefined || own === undefined ? undefined : { file: place.confFile, values: own },
  };
  const all = resolveSettings(sources);
  if (place === undefined || own === undefined) return all;
  const findings = trackedFindings(all.resolved);
  // git is asked only when it matters
  if (findings.length === 0 || !(await isConfTracked(ctx, place))) return all;
  if (await isAgreed(ctx, place, findings, request.askTrust)) return all;
  const untrusted = new Set(findings.map(({ what }) => what.slice(0, what.indexOf("="))));
  const kept = Object.entries(own).filter(([key]) => !untrusted.has(key));
  return resolveSettings({ ...sources, project: { file: place.confFile, values: Object.fromEntries(kept) } });
}

async function isConfTracked(ctx: Context, place: Place): Promise<boolean> {
  return await (await import("../project/find-project.ts")).isConfTracked(ctx, place);
}

async function isAgreed(ctx: Context, place: Place, findings: Finding[], ask: boolean): Promise<boolean> {
  const { agree, findingsHash } = await import("../session/lifecycle/trust.ts");
  const hash = findingsHash(findings);
  if (!ask) {
    const { isTrusted } = await import("../project/trust-store.ts");
    return await isTrusted(ctx.paths, place.tree.root, hash);
  }
  await agree(ctx, { name: place.name, root: place.tree.root }, { findings, hash });
  return true;
}
