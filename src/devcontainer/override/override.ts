import type { Override, OverrideRequest, ExtraMount, SessionMounts, SharedImage } from "../types.ts";
import type { Settings } from "../../config/types.ts";
import { hostNameArgs } from "./host-name.ts";
import { isObject } from "../source/json.ts";
import { list, strings } from "../judge/judge-config.ts";
import { parseRunArgs } from "../judge/parse-run-args.ts";
import { quoteField, renderMount } from "./mount-text.ts";
import { overrideCompose } from "../compose/override-compose.ts";
import { ownedVolume, rewriteConfig, volumeMounts, type Ownership } from "./rewrite.ts";
import { planWorkspace, sessionFolder, withFolderName } from "./workspace.ts";

/** The mounts of cowork's own folders in every container (the design, section 5). The agent's come with `extraMounts`. */
export function sessionMounts({ launchers, container }: SessionMounts): ExtraMount[] {
  return [
    { source: launchers, target: "/opt/cowork", readOnly: true },
    { source: container, target: "/opt/cowork/session", readOnly: true },
  ];
}

/** Properties that cowork or the shared image already implements. */
const doneElsewhere = [
  "image",
  "build",
  "dockerFile",
  "context",
  "features",
  "overrideFeatureInstallOrder",
  "initializeCommand",
];

/**
 * Plans the devcontainer.json that `devcontainer up` gets instead of the project's: the project's own properties, with all `${…}`
 * as written except the folder's name, the shared image, cowork's mounts and environment, and the clone mounted where plain
 * `devcontainer up` mounts the project. Pure. The image's label has what base image and features add, and nothing of the project,
 * so nothing is applied twice.
 */
export function planOverride(request: OverrideRequest): Override {
  const { plan, image, mounts, composeProject } = request;
  const own: Ownership = { composeProject, labels: mounts.labels, beside: mounts.beside };
  const { config: rewritten } = rewriteConfig(plan.config, own);
  const workspace = planWorkspace(plan, mounts.folder);
  const workspaceFolder = sessionFolder(plan, workspace, request.formerPlace);
  const { subfolder } = plan;
  const named = withFolderName({ config: rewritten, ...(subfolder === undefined ? {} : { subfolder }) }, mounts.folder);
  const config = Object.fromEntries(Object.entries(named).filter(([key]) => !doneElsewhere.includes(key)));
  const ours = [...formerMount(request), ...sessionMounts(mounts), ...(request.extraMounts ?? [])];
  const isAgreed = plan.findings.length > 0 || request.isImageAgreed === true;
  const containerEnv = { ...(isObject(config["containerEnv"]) ? config["containerEnv"] : {}), ...request.containerEnv };
  // By name: a number in the config was resolved to a name when the image was built.
  const common = {
    ...config,
    workspaceFolder,
    remoteUser: image.remoteUser,
    updateRemoteUserUID: false,
  };
  const owned = [...ownedOfImage(image, own), ...list(config["mounts"])];
  if (plan.compose !== undefined) {
    // The CLI's own Compose file, which sets `containerEnv`, is read after ours.
    const theirs = Object.entries(isObject(config["containerEnv"]) ? config["containerEnv"] : {}).filter(
      ([name]) => !Object.hasOwn(request.containerEnv ?? {}, name),
    );
    const withMounts = {
      ...common,
      ...(owned.length === 0 ? {} : { mounts: owned }),
      ...(config["containerEnv"] === undefined ? {} : { containerEnv: Object.fromEntries(theirs) }),
    };
    const { name: cloneName } = workspace;
    const parts = { config: withMounts, containerEnv: { ...request.containerEnv }, ours, cloneName };
    return { ...overrideCompose(request, parts), ours, isAgreed };
  }
  return {
    ours,
    isAgreed,
    config: {
      ...common,
      ...(workspace.mount === undefined
        ? {}
        : { workspaceMount: bindMount({ source: mounts.clone, target: workspace.mount }) }),
      image: image.ref,
      ...(Object.keys(containerEnv).length === 0 ? {} : { containerEnv }),
      mounts: [...owned, ...ours.map(bindMount)],
      runArgs: limitArgs(strings(config["runArgs"]), request.settings, mounts),
    },
  };
}

/**
 * Volumes that the base image or features name would be shared by all sessions. If two mounts have the same target, the later one
 * wins.
 */
function ownedOfImage({ metadata }: Pick<SharedImage, "metadata">, own: Ownership): string[] {
  return metadata
    .flatMap(volumeMounts)
    .filter((mount) => !mount.rest.has("external"))
    .map((mount) => renderMount(ownedVolume(mount, "image", own, () => undefined)));
}

/** Conversations, settings and additional worktrees of an older session refer to the former path. */
function formerMount({ formerPlace, mounts }: OverrideRequest): ExtraMount[] {
  return formerPlace === undefined ? [] : [{ source: mounts.clone, target: formerPlace }];
}

function bindMount({ source, target, readOnly }: ExtraMount): string {
  return ["type=bind", `source=${source}`, `target=${target}`, ...(readOnly ? ["readonly"] : [])]
    .map(quoteField)
    .join(",");
}

/** `CPUS`, `MEMORY` and the host name, unless the project sets its own. */
function limitArgs(
  runArgs: string[],
  { cpus, memory }: Pick<Settings, "cpus" | "memory">,
  session: SessionMounts,
): string[] {
  const { groups, rest } = parseRunArgs(runArgs);
  const set = new Set(groups.flatMap(({ args }) => args.map(({ name }) => name)));
  const limits = [
    ...(cpus === undefined || set.has("cpus") || set.has("cpu-quota") ? [] : [`--cpus=${cpus}`]),
    ...(memory === undefined || set.has("memory") ? [] : [`--memory=${memory}`]),
    ...hostNameArgs(runArgs, session),
  ];
  const known = runArgs.slice(0, runArgs.length - rest.length);
  return [...known, ...limits, ...rest];
}
