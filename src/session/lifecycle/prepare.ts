import { agentParts, inside } from "../../agent/parts.ts";
import type { AgentParts } from "../../agent/types.ts";
import type { Settings } from "../../config/types.ts";
import { ensureImage } from "../../devcontainer/image/image.ts";
import { hasLifecycle } from "../../devcontainer/lifecycle.ts";
import { sessionEnvironment } from "../../devcontainer/override/host-name.ts";
import { judgeMetadata } from "../../devcontainer/judge/judge-metadata.ts";
import { writeLaunchers } from "../../devcontainer/cli/launchers.ts";
import { planOverride } from "../../devcontainer/override/override.ts";
import { workspaceFolderOf } from "../../devcontainer/plan.ts";
import { hostProxies } from "../../devcontainer/image/proxies.ts";
import { overridePaths, takeSnapshot, writeOverride } from "../../devcontainer/override/snapshot.ts";
import type { SharedImage } from "../../devcontainer/types.ts";
import type { ProjectFacts } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { checkHome } from "./check-home.ts";
import { completeFreshPlan } from "./complete-plan.ts";
import { agentOf } from "../record/agent.ts";
import { homeOf, sessionLabels } from "../record/labels.ts";
import { composeProjectName } from "../record/names.ts";
import type { CommitPlan } from "./plan.ts";
import { writeRecord, type SessionRecord } from "../record/record.ts";
import { agree, findingsHash } from "./trust.ts";
import { formerPlace, workspaceOf } from "./workspace.ts";

export interface PrepareRequest extends CommitPlan {
  project: ProjectFacts;
  settings: Settings;
  /** the name that selected the configuration: from `--config` or the setting */
  configName?: string;
  /** no container has written to the clone yet: only then the host runs the project's `initializeCommand` */
  isFresh: boolean;
  /** notes for the user; new ones are added */
  notes: string[];
}

/**
 * Everything between clone and `up`, for a new session or a rebuild: the snapshot of the configuration, the shared image, the
 * override config. What the image's label asks for is known only now, and is agreed to before a container is created from it.
 * @throws TRUST_REQUIRED and what its parts throw
 */
export async function prepareDevcontainer(
  ctx: Context,
  record: SessionRecord,
  request: PrepareRequest,
): Promise<SessionRecord> {
  const { id, name } = record;
  const { project, settings } = request;
  ctx.report({ session: name, step: "config", state: "start" });
  const { plan, source } = request.isFresh ? await completeFreshPlan(ctx, record, request) : request;
  checkHome(ctx.paths.home, plan.kind);
  request.notes.push(...(plan.notes ?? []));
  await takeSnapshot(ctx, { id, source, plan });
  ctx.report({ session: name, step: "config", state: "done" });

  ctx.report({ session: name, step: "image", state: "start" });
  const image = await ensureImage(ctx, {
    plan,
    source,
    project,
    settings,
    session: name,
    logFile: ctx.paths.upLog(id),
  });
  const findings = judgeMetadata(image.metadata, workspaceFolderOf(plan));
  await agree(ctx, project, { findings, hash: findingsHash(findings) });
  ctx.report({ session: name, step: "image", state: "done" });

  await makeOverride(ctx, record, { plan, settings, isImageAgreed: findings.length > 0 }, image);
  const { userEnvProbe } = plan.config;
  const next: SessionRecord = {
    ...record,
    devcontainer: {
      kind: plan.kind,
      path: plan.path,
      ...(request.configName === undefined ? {} : { configName: request.configName }),
      trustHash: plan.trustHash,
      changes: plan.changes,
      image: { ref: image.ref, key: image.key },
      remoteUser: image.remoteUser,
      remoteUid: image.remoteUid,
      git: project.gitIdentity,
      workspace: workspaceOf(record, plan),
      lifecycle: hasLifecycle([plan.config, ...image.metadata]),
      ...(typeof userEnvProbe === "string" ? { userEnvProbe } : {}),
    },
  };
  await writeRecord(ctx, next);
  return next;
}

async function makeOverride(
  ctx: Context,
  record: SessionRecord,
  { plan, settings, isImageAgreed }: Pick<PrepareRequest, "plan" | "settings"> & { isImageAgreed: boolean },
  image: SharedImage,
): Promise<void> {
  const { id, name, project, folder } = record;
  const { paths } = ctx;
  const former = formerPlace(record);
  await ensureFolder(paths.container(id), { mode: 0o755 });
  const own = agentOf(record);
  const agent = own === undefined ? await partsWithoutAgent(ctx, id) : await agentParts(ctx, own, { id });
  const override = planOverride({
    plan,
    image,
    mounts: {
      id,
      name,
      project,
      folder,
      labels: sessionLabels(record, homeOf(ctx, record)),
      clone: paths.clone(id),
      beside: paths.beside(id),
      launchers: await writeLaunchers(ctx),
      container: paths.container(id),
    },
    composeProject: composeProjectName(homeOf(ctx, record), id),
    settings,
    ...(former === undefined ? {} : { formerPlace: former }),
    containerEnv: { ...hostProxies(ctx.env), ...agent.containerEnv, ...sessionEnvironment({ name, project }) },
    extraMounts: agent.mounts,
    isImageAgreed,
    composeFile: overridePaths(ctx, id).compose,
  });
  await writeOverride(ctx, id, override);
}

/** A session with the program of `AGENT_COMMAND` has no login and no policy; the folder is for what cowork's own script inside says. */
async function partsWithoutAgent({ paths, user }: Context, id: string): Promise<AgentParts> {
  const source = paths.events(id);
  await ensureFolder(source, { mode: 0o700, uid: user.sessionUid, gid: user.sessionGid });
  return { mounts: [{ source, target: inside.events, readOnly: false }], containerEnv: {}, notes: [] };
}
