import type { Settings } from "../config/types.ts";
import { CoworkError } from "../errors.ts";
import type { Finding } from "../events.ts";
import type { Context } from "../system/context.ts";
import { shellWord } from "../system/shell-word.ts";
import { plain } from "../system/text.ts";
import { brokenLink, findConfig } from "./source/find-config.ts";
import { isObject } from "./source/json.ts";
import { judgeConfig } from "./judge/judge-config.ts";
import { createVerdict, type Verdict } from "./judge/verdict.ts";
import { judgeInitialize } from "./judge/judge-initialize.ts";
import { namedFiles } from "./source/named-files.ts";
import { readConfig } from "./source/parse-config.ts";
import { planCompose } from "./compose/plan-compose.ts";
import { rewriteConfig } from "./override/rewrite.ts";
import { followLinks } from "./source/source-links.ts";
import { inSubfolder } from "./source/subfolder.ts";
import { templateConfig } from "./image/template.ts";
import { joinTree, treeFolder } from "./source/tree-path.ts";
import { trustHash } from "./trust-hash.ts";
import type { BuildInput, ConfigSource, DevcontainerPlan, JsonObject } from "./types.ts";

export interface PlanRequest {
  /** `--config`; else the `DEVCONTAINER` setting */
  configName?: string;
  settings: Pick<Settings, "devcontainer"> & Partial<Pick<Settings, "copy">>;
  /** folder of the repository that cowork was called in */
  within?: string;
  /** configurations of the user's working tree with uncommitted changes */
  uncommitted?: readonly string[];
  /** `initializeCommand` has already run, so it needs no confirmation */
  hasInitialized?: boolean;
  /** what the user has agreed to so far; files of the host are opened only after that */
  agreed?: readonly Finding[];
  /**
   * Can this file, which is not in the source, still appear: is it copied into the clone, or could `initializeCommand` make it?
   * Default: no.
   */
  mayCome?: (path: string, options: { hasInitialize: boolean }) => boolean;
}

/**
 * Finds the project's dev container configuration in a tree and plans it: what is built, what has to be changed so that sessions
 * can run in parallel, and which parts reach the host. Makes nothing, except that Compose resolves the Compose files in a temporary
 * folder.
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
  const { path } = found;
  const notes = [...found.notes];
  const subfolder = await realFolder(source, found.subfolder);
  if (path === undefined) return { ...(await planTemplate(source)), notes };
  const config = inSubfolder((await readConfig(source, path)).config, subfolder);
  const kind = kindOf(config, path);
  const verdict = createVerdict(path, workspaceFolderOf({ kind, config }));
  judgeConfig(verdict, config);
  const initFiles = await readInitialize(source, config, verdict, { ...request, subfolder });
  const changes = rewriteConfig(config, { composeProject: "", labels: {}, beside: "" }).changes;
  const missingFiles = createMissingFiles(source, request, config["initializeCommand"] !== undefined);
  const build = kind === "dockerfile" ? await readBuild(source, config, path, missingFiles) : undefined;
  const agreed = request.agreed ?? [];
  const resolved =
    kind === "compose"
      ? await planCompose(ctx, source, { config, path, verdict, changes, notes, agreed, ...missingFiles })
      : undefined;
  const compose = resolved?.plan;
  const lockfile = lockfileOf(path);
  const hasLockfile = (await source.stat(lockfile)) === "file";
  const features = await localFeatures(source, config, path);
  const files = [path, ...(hasLockfile ? [lockfile] : []), ...features, ...(resolved?.files ?? [])];
  const missing = [...missingFiles.missing, ...(resolved?.missing ?? [])];
  const builds = build === undefined ? (compose?.builds ?? []) : [build];
  const { findings } = verdict;
  // Of the parent folder of the clone, only the clone is mounted (rewrite.ts).
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
    ...openPart(notes, missing, resolved?.isReduced === true),
  };
}

/** The container's `workspaceFolder` as written; undefined if @devcontainers/cli derives it from the clone's name. */
export function workspaceFolderOf({ kind, config }: Pick<DevcontainerPlan, "kind" | "config">): string | undefined {
  const { workspaceFolder } = config;
  if (typeof workspaceFolder === "string") return workspaceFolder;
  return kind === "compose" ? "/" : undefined;
}

function openPart(
  notes: string[],
  missing: string[],
  isReduced: boolean,
): Pick<DevcontainerPlan, "notes" | "missing" | "isReduced"> {
  return {
    ...(notes.length === 0 ? {} : { notes }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(isReduced ? { isReduced } : {}),
  };
}

/** Judges `initializeCommand`. Returns the files that it names. */
async function readInitialize(
  source: ConfigSource,
  { initializeCommand: command }: JsonObject,
  verdict: Verdict,
  { hasInitialized, subfolder }: PlanRequest & { subfolder: string | undefined },
): Promise<string[]> {
  if (command === undefined) return [];
  const files = await namedFiles(source, command, subfolder);
  if (hasInitialized !== true) await judgeInitialize(verdict, source, command, files);
  return files;
}

/** How to handle files that are not in the source. */
interface MissingFiles {
  mayCome: (path: string) => boolean;
  missingHint: (path: string) => string;
  /** files that may still appear; added to */
  missing: string[];
}

function createMissingFiles(
  source: ConfigSource,
  { mayCome, settings: { copy } }: PlanRequest,
  hasInitialize: boolean,
): MissingFiles {
  return {
    mayCome: (path) => mayCome?.(path, { hasInitialize }) ?? false,
    missingHint: (path) => {
      if (mayCome === undefined) return `add it to ${source.describe}, then run the same command again`;
      // COPY already names it, so the project does not have the file either.
      if (copy?.includes(path) === true) return `create ${path} in the project: COPY names it, but it does not exist`;
      return `add it to COPY: cowork config set COPY ${shellWord([...(copy ?? []), path].join(" "))}`;
    },
    missing: [],
  };
}

/** Must not be a link, because the host works in it. */
async function realFolder(source: ConfigSource, folder: string | undefined): Promise<string | undefined> {
  const real = folder === undefined ? undefined : await source.follow?.(folder);
  return real !== undefined && "path" in real ? real.path : folder;
}

/** Next to the config; hidden if the config is hidden. */
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

/** The same rules as in @devcontainers/cli. */
function kindOf(config: JsonObject, path: string): "image" | "dockerfile" | "compose" {
  const { build } = config;
  if ("dockerFile" in config || (isObject(build) && "dockerfile" in build)) return "dockerfile";
  if ("image" in config) return "image";
  if ("dockerComposeFile" in config) return "compose";
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(path)} has none of "image", "build" and "dockerComposeFile".`,
    {
      hint: 'add "image", "build": {"dockerfile": …} or "dockerComposeFile"',
    },
  );
}

/**
 * Dockerfile and context, both relative to the config's folder. The default of `context` is the folder of the Dockerfile. A path
 * outside the repository is always an error, because no commit can contain it.
 */
async function readBuild(
  source: ConfigSource,
  config: JsonObject,
  path: string,
  missingFiles: MissingFiles,
): Promise<BuildInput> {
  const old = "dockerFile" in config;
  const build = isObject(config["build"]) ? config["build"] : {};
  const folder = treeFolder(path);
  const dockerfile = inside(folder, old ? config["dockerFile"] : build["dockerfile"], `${path}: Dockerfile`);
  const given = old ? config["context"] : build["context"];
  const context =
    given === undefined || given === "" ? treeFolder(dockerfile) : inside(folder, given, `${path}: build context`);
  await expectOrMissing(source, dockerfile, { wanted: "file", what: `${path}: the Dockerfile`, missingFiles });
  await expectOrMissing(source, context, { wanted: "folder", what: `${path}: the build context`, missingFiles });
  const { target } = build;
  return { context, dockerfile, ...(typeof target === "string" ? { target } : {}) };
}

function inside(folder: string, given: unknown, what: string): string {
  const text = typeof given === "string" ? given : "";
  const [, fromRoot] = /^\$\{localWorkspaceFolder\}\/?(.*)$/s.exec(text) ?? [];
  const path = fromRoot === undefined ? joinTree(folder, text) : joinTree("", fromRoot.replace(/^\/+/, ""));
  if (path !== undefined && text !== "" && !(fromRoot ?? text).includes("${")) return path;
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(what)}: ${plain(String(given))} is outside the repository.`, {
    hint: "sessions are built from a commit of the project: use a path inside the repository",
  });
}

async function expectOrMissing(
  source: ConfigSource,
  path: string,
  { wanted, what, missingFiles }: { wanted: "file" | "folder"; what: string; missingFiles: MissingFiles },
): Promise<void> {
  const isMissing = (await source.stat(path)) === undefined;
  if (isMissing && missingFiles.mayCome(path)) missingFiles.missing.push(path);
  else await expectKind(source, path, wanted, what, isMissing ? missingFiles.missingHint(path) : undefined);
}

export async function expectKind(
  source: ConfigSource,
  path: string,
  wanted: "file" | "folder",
  what: string,
  hint?: string,
): Promise<void> {
  const kind = await source.stat(path);
  if (kind === wanted) return;
  if (kind === "link") throw await brokenLink(source, path, `${what} ${path}`);
  const is = kind === undefined ? `is not in ${source.describe}` : `is not a ${wanted}`;
  const message = `${plain(what)} ${plain(path === "" ? "." : path)} ${plain(is)}.`;
  throw new CoworkError("DEVCONTAINER_INVALID", message, hint === undefined ? undefined : { hint });
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
