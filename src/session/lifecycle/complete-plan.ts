import { planDevcontainer, type PlanRequest } from "../../devcontainer/plan.ts";
import { runInitializeCommand } from "../../devcontainer/initialize.ts";
import { folderSource } from "../../devcontainer/source/source-folder.ts";
import { followLinks } from "../../devcontainer/source/source-links.ts";
import { overlaySource } from "../../devcontainer/source/source-overlay.ts";
import type { ConfigSource, DevcontainerPlan } from "../../devcontainer/types.ts";
import { addedToClone } from "../../clone/exchange/added.ts";
import { CoworkError } from "../../errors.ts";
import type { Finding } from "../../events.ts";
import type { ProjectFacts } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import type { CommitPlan } from "./plan.ts";
import type { SessionRecord } from "../record/record.ts";
import { agree, findingsHash, isAgreed } from "./trust.ts";
import { configFolder, workspaceOf } from "./workspace.ts";

/** Each round reads the files agreed to in the one before; a configuration that still names new ones after this many is refused. */
const mostRounds = 5;

/**
 * Plans until nothing is left that must be agreed to before it can be read, and asks about what came up.
 * @param first an earlier plan, whose findings were agreed to
 * @throws TRUST_REQUIRED, and what planning throws
 */
export async function planAgreed(
  ctx: Context,
  source: ConfigSource,
  request: Omit<PlanRequest, "agreed"> & { project: ProjectFacts; first: DevcontainerPlan },
): Promise<DevcontainerPlan> {
  const { project, first, ...rest } = request;
  const agreed: Finding[] = [...first.findings];
  for (let round = 0; round < mostRounds; round++) {
    const plan = await planDevcontainer(ctx, source, { ...rest, agreed });
    const more = plan.findings.filter((finding) => !isAgreed(finding, agreed));
    await agree(ctx, project, { findings: more, hash: findingsHash(more) });
    agreed.push(...more);
    if (plan.isReduced !== true) return plan;
  }
  throw new CoworkError("DEVCONTAINER_INVALID", "The Compose files keep referring to more files of this host.", {
    hint: "list them in the Compose file itself",
  });
}

/**
 * The configuration as a fresh clone has it: with the files that were copied in, and with what `initializeCommand` creates, which is
 * run here. Only the user's own git and that command, which were agreed to, have written to the clone so far.
 * @throws UP_FAILED if the command fails; TRUST_REQUIRED; DEVCONTAINER_INVALID if a file is still missing
 */
export async function completeFreshPlan(
  ctx: Context,
  record: SessionRecord,
  request: CommitPlan & Omit<PlanRequest, "agreed" | "mayCome" | "hasInitialized"> & { project: ProjectFacts },
): Promise<CommitPlan> {
  const { source: commit, plan: first, ...wanted } = request;
  // The same configuration again: the folder that the command was called in decides only if nothing else does.
  const rest = { ...wanted, ...(first.path === null ? {} : { within: configFolder(first.path) }) };
  const { id, name, carried, start } = record;
  const path = ctx.paths.clone(id);
  const clone = folderSource(path);
  const withFiles = (paths: readonly string[]): ConfigSource =>
    followLinks(paths.length === 0 ? commit : overlaySource(commit, clone, paths));
  let plan = first;
  if (carried.some((one) => one.endsWith("devcontainer.json")))
    plan = await planAgreed(ctx, withFiles(carried), {
      ...rest,
      first,
      mayCome: (_, options) => options.hasInitialize,
    });
  const hasInitialize = plan.config["initializeCommand"] !== undefined;
  const workspace = workspaceOf(record, plan).folder;
  await runInitializeCommand(ctx, { id, name, plan, folder: record.folder, workspace, clone: path });
  const added = hasInitialize ? await addedToClone(ctx, path, start.commit) : [];
  const paths = [...new Set([...carried, ...added])];
  const source = withFiles(paths);
  if (paths.length === 0 && plan.missing === undefined && plan.isReduced !== true) return { source, plan };
  // Agreeing to the command includes agreeing to what it created inside the clone.
  return {
    source,
    plan: await planAgreed(ctx, source, { ...rest, first: plan, hasInitialized: true, mayCome: () => false }),
  };
}
