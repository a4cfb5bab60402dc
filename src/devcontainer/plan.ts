import type { Settings } from "../config/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";
import { brokenLink, findConfig } from "./find-config.ts";
import { isObject } from "./json.ts";
import { judgeConfig } from "./judge/judge-config.ts";
import { createVerdict } from "./judge/verdict.ts";
import { judgeInitialize } from "./judge/judge-initialize.ts";
import { namedFiles } from "./named-files.ts";
import { readConfig } from "./parse-config.ts";
import { planCompose } from "./compose/plan-compose.ts";
import { rewriteConfig } from "./rewrite.ts";
import { followLinks } from "./source-links.ts";
import { inSubfolder } from "./subfolder.ts";
import { templateConfig } from "./template.ts";
import { joinTree, treeFolder } from "./tree-path.ts";
import { trustHash } from "./trust-hash.ts";
import type { BuildInput, ConfigSource, DevcontainerPlan, JsonObject } from "./types.ts";

export interface PlanRequest {
  /** `--config`; else the `DEVCONTAINER` setting */
  configName?: string;
  settings: Pick<Settings, "devcontainer">;
  /** folder of the repository that the command was given in */
  within?: string;
  /** configurations of the user's working tree that are not committed as they lie there */
  uncommitted?: readonly string[];
}

/**
 * Finds the project's dev container configuration in a tree, and says what it comes to: what would be built, what has to
 * be changed so that sessions can run side by side, and what of it reaches the host. Makes nothing; for Compose it has
 * Compose resolve the files in a temporary folder.
 * @throws DEVCONTAINER_INVALID, DEVCONTAINER_AMBIGUOUS, COMPOSE_MISSING
 */
export async function planDevcontainer(
  ctx: Context,
  tree: ConfigSource,
  request: PlanRequest,
): Promise<DevcontainerPlan> {
  const source = followLinks(tree);
  const { configName, settings, within, uncommitted } = request;
  const found = await findConfig(source, { name: configName ?? settings.devcontainer, within, uncommitted });
  const { path, notes } = found;
  const subfolder = await realFolder(source, found.subfolder);
  if (path === undefined) return { ...(await planTemplate(source)), notes };
  const config = inSubfolder((await readConfig(source, path)).config, subfolder);
  const kind = kindOf(config, path);
  const verdict = createVerdict(path);
  judgeConfig(verdict, config);
  const initialize = config["initializeCommand"];
  const initFiles = initialize === undefined ? [] : await namedFiles(source, initialize, subfolder);
  if (initialize !== undefined) await judgeInitialize(verdict, source, initialize, initFiles);

  const changes = rewriteConfig(config, { composeProject: "", labels: {} }).changes;
  const build = kind === "dockerfile" ? await readBuild(source, config, path) : undefined;
  const compose = kind === "compose" ? await planCompose(ctx, source, { config, path, verdict, changes }) : undefined;
  const lockfile = lockfileOf(path);
  const hasLockfile = (await source.stat(lockfile)) === "file";
  const features = await localFeatures(source, config, path);
  const files = [path, ...(hasLockfile ? [lockfile] : []), ...features, ...(compose?.files ?? [])];
  const builds = build === undefined ? (compose?.builds ?? []) : [build];
  const { findings } = verdict;
  // Of the folder that holds the clone, the clone alone is mounted (rewrite.ts).
  const cloneBinds = [...new Set(verdict.cloneBinds.map((one) => (one === ".." ? "" : one)))];
  return {
    kind,
    path,
    config,
    ...(subfolder === undefined ? {} : { subfolder }),
    notes,
    changes,
    findings,
    trustHash: await trustHash({ source, config, files: [...files, ...initFiles], builds, findings }),
    hasLockfile,
    ...(build === undefined ? {} : { build }),
    ...(compose === undefined ? {} : { compose }),
    files: [...new Set(files)].toSorted(),
    cloneBinds,
  };
}

/** Free of links: the host goes there. */
async function realFolder(source: ConfigSource, folder: string | undefined): Promise<string | undefined> {
  const real = folder === undefined ? undefined : await source.follow?.(folder);
  return real !== undefined && "path" in real ? real.path : folder;
}

/** Beside the config, hidden where the config is. */
function lockfileOf(path: string): string {
  return path.replace(/(\.?)devcontainer\.json$/, "$1devcontainer-lock.json");
}

async function planTemplate(source: ConfigSource): Promise<DevcontainerPlan> {
  const config: JsonObject = { ...templateConfig };
  return {
    kind: "template",
    path: null,
    config,
    changes: [],
    findings: [],
    trustHash: await trustHash({ source, config, files: [], builds: [], findings: [] }),
    hasLockfile: false,
    files: [],
    cloneBinds: [],
  };
}

/** As @devcontainers/cli decides. */
function kindOf(config: JsonObject, path: string): "image" | "dockerfile" | "compose" {
  const { build } = config;
  if ("dockerFile" in config || (isObject(build) && "dockerfile" in build)) return "dockerfile";
  if ("image" in config) return "image";
  if ("dockerComposeFile" in config) return "compose";
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} names no image, no Dockerfile and no Compose file.`, {
    hint: 'add one of "image", "build": {"dockerfile": …} and "dockerComposeFile"',
  });
}

/**
 * Dockerfile and context, both counted from the config's folder; without `context` the Dockerfile's own folder.
 * Outside the repository there is nothing that a commit could hold: no question, an error.
 */
async function readBuild(source: ConfigSource, config: JsonObject, path: string): Promise<BuildInput> {
  const old = "dockerFile" in config;
  const build = isObject(config["build"]) ? config["build"] : {};
  const folder = treeFolder(path);
  const dockerfile = inside(folder, old ? config["dockerFile"] : build["dockerfile"], `${path}: Dockerfile`);
  const given = old ? config["context"] : build["context"];
  const context =
    given === undefined || given === "" ? treeFolder(dockerfile) : inside(folder, given, `${path}: build context`);
  await expectKind(source, dockerfile, "file", `${path}: the Dockerfile`);
  await expectKind(source, context, "folder", `${path}: the build context`);
  const { target } = build;
  return { context, dockerfile, ...(typeof target === "string" ? { target } : {}) };
}

function inside(folder: string, given: unknown, what: string): string {
  const text = typeof given === "string" ? given : "";
  const [, fromRoot] = /^\$\{localWorkspaceFolder\}\/?(.*)$/s.exec(text) ?? [];
  const path = fromRoot === undefined ? joinTree(folder, text) : joinTree("", fromRoot.replace(/^\/+/, ""));
  if (path !== undefined && text !== "" && !(fromRoot ?? text).includes("${")) return path;
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(what)}: ${plain(String(given))} does not lie in the repository.`,
    {
      hint: "a session is built from the project's own commit: name a path inside it",
    },
  );
}

export async function expectKind(
  source: ConfigSource,
  path: string,
  wanted: "file" | "folder",
  what: string,
): Promise<void> {
  const kind = await source.stat(path);
  if (kind === wanted) return;
  if (kind === "link") throw await brokenLink(source, path, `${what} ${path}`);
  const is = kind === undefined ? `is not in ${source.describe}` : `is no ${wanted}`;
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(what)} ${plain(path === "" ? "." : path)} ${plain(is)}.`);
}

async function localFeatures(source: ConfigSource, config: JsonObject, path: string): Promise<string[]> {
  const features = isObject(config["features"]) ? Object.keys(config["features"]) : [];
  const found: string[] = [];
  for (const feature of features.filter((id) => /^\.{1,2}\//.test(id))) {
    const folder = inside(treeFolder(path), feature, `${path}: feature`);
    await expectKind(source, folder, "folder", `${path}: the feature`);
    found.push(folder);
  }
  return found;
}
