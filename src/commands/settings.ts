import type { ResolvedSettings, SettingSources } from "../config/resolve.ts";
import { CoworkError } from "../errors.ts";
import type { Finding } from "../events.ts";
import type { Project } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";

export interface SettingsRequest {
  flags: SettingSources["flags"];
  cpus: number;
  /** ask about what a conf that came with the repository wants; else it does not count until somebody agreed */
  askTrust: boolean;
}

/**
 * Everything that is configured, for the project (where there is one) and the user. Where git tracks the project's conf, some
 * of its keys are repository content and count only after the trust question.
 * @throws TRUST_REQUIRED, CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID
 */
export async function readSettings(
  ctx: Context,
  project: Project | undefined,
  request: SettingsRequest,
): Promise<ResolvedSettings> {
  const [{ resolveSettings, trackedFindings }, { readConf, readUserConf }] = await Promise.all([
    import("../config/resolve.ts"),
    import("../config/read.ts"),
  ]);
  const userFile = ctx.paths.userConf;
  const user = await readUserConf(userFile);
  const own = project === undefined ? undefined : await readConf(project.confFile);
  const sources: SettingSources = {
    flags: request.flags,
    env: ctx.env,
    cpus: request.cpus,
    user: user === undefined ? undefined : { file: userFile, values: user },
    project: project === undefined || own === undefined ? undefined : { file: project.confFile, values: own },
  };
  const all = resolveSettings(sources);
  if (project === undefined || own === undefined || !project.facts.confTracked) return all;
  const findings = trackedFindings(all.resolved);
  if (findings.length === 0 || (await isAgreed(ctx, project, findings, request.askTrust))) return all;
  const untrusted = new Set(findings.map(({ what }) => what.slice(0, what.indexOf("="))));
  const kept = Object.entries(own).filter(([key]) => !untrusted.has(key));
  return resolveSettings({ ...sources, project: { file: project.confFile, values: Object.fromEntries(kept) } });
}

async function isAgreed(ctx: Context, project: Project, findings: Finding[], ask: boolean): Promise<boolean> {
  const { agree, findingsHash } = await import("../session/trust.ts");
  const hash = findingsHash(findings);
  if (!ask) {
    const { isTrusted } = await import("../project/trust-store.ts");
    return await isTrusted(ctx.paths, project.facts.root, hash);
  }
  await agree(ctx, project.facts, { findings, hash });
  return true;
}

/** Remote hosts come with a later version: what names one must not be passed over in silence. */
export function checkHost(host: string | undefined): void {
  if (host === undefined || host === "" || host === "local") return;
  throw new CoworkError("HOST_UNREACHABLE", `Remote hosts are not in this version yet (host ${plain(host)}).`, {
    hint: "leave --host and HOST out, or say: local",
  });
}
