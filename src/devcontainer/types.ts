import type { Finding } from "../events.ts";
import type { Settings } from "../config/types.ts";
import type { ImageDetail, Labels } from "../engine/types.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * Read-only view of the tree that config is taken from: a commit of the project, or a clone's working tree read
 * without following a link. Paths are relative, `/`-separated, inside the tree. Links are reported as links, never followed, unless
 * the source is one of `followLinks`.
 */
export interface ConfigSource {
  /** for messages: `commit 1a2b3c4` or `the clone of a` */
  describe: string;
  stat(path: string): Promise<"file" | "folder" | "link" | undefined>;
  list(folder: string): Promise<string[]>;
  /** what the link at the path says; undefined when there is no link */
  readLink(path: string): Promise<string | undefined>;
  /** only where links are followed: the place in the tree that the path leads to, or why it leads to none */
  follow?(path: string): Promise<{ path: string } | { broken: string }>;
  /** undefined when it is not there or no regular file; throws DEVCONTAINER_INVALID beyond 4 MiB */
  read(path: string): Promise<Uint8Array | undefined>;
  /** a hash of everything below the path, content and modes */
  hash(path: string): Promise<string>;
  /**
   * Writes everything below the path into a folder on the host (made when missing, must be empty). Links stay links. Those
   * that lead out of it are left out (default), or kept where only the engine gets to see the folder (a build context:
   * docker copies links as links).
   */
  exportTo(path: string, target: string, options?: { links?: "inside" | "all" }): Promise<void>;
}

export type ConfigKind = "image" | "dockerfile" | "compose" | "template";

/** A Dockerfile and its context, as paths in the source. */
export interface BuildInput {
  /** folder; empty for the root of the tree */
  context: string;
  dockerfile: string;
  /** Compose only: the Dockerfile's text stands in the Compose file itself; then `dockerfile` is empty */
  inline?: string;
  target?: string;
  /** of a Compose service; those of devcontainer.json stay in `config.build` */
  args?: Record<string, string>;
}

/** A Compose configuration, resolved once from the snapshot. Paths in the tree start with `treeRoot`. */
export interface ComposePlan {
  /** the project's own Compose files and all that they name, as paths in the source */
  files: string[];
  /** which program resolved it: a file of one is read again by the same one */
  program: "docker compose" | "docker-compose";
  /** name of the dev container's own service */
  service: string;
  /** what `config` gave, rewritten so that several sessions can run it side by side */
  canonical: JsonObject;
  /** services that are built, the dev container's own included where it is */
  builds: (BuildInput & { service: string })[];
  /** image of the dev container's own service; absent where it is built */
  image?: string;
  /** user of the dev container's own service, where Compose names one */
  user?: string;
}

/** What a project's dev container configuration comes to, before anything is made. Plain data: it is kept as JSON. */
export interface DevcontainerPlan {
  kind: ConfigKind;
  /** path in the source; null for the template */
  path: string | null;
  /** devcontainer.json as parsed, `${…}` verbatim */
  config: JsonObject;
  /** the part of the repository that the configuration is for, where it is not all of it: `backend` */
  subfolder?: string;
  /** what was changed so that sessions can run side by side, one line each */
  changes: string[];
  /** what reaches the host, judged from the files alone; the image's label is judged after the build */
  findings: Finding[];
  /** everything the host would evaluate, hashed: trust is given for this */
  trustHash: string;
  /** a devcontainer-lock.json stands beside the config; without one `--no-lockfile` keeps the CLI from writing it */
  hasLockfile: boolean;
  /** kind `dockerfile`: what is built */
  build?: BuildInput;
  compose?: ComposePlan;
  /** paths in the source that the snapshot keeps: config, lock file, local features, Compose files and what they name */
  files: string[];
  /**
   * paths that are mounted, counted from the clone (empty: its root): none may be a link when a container starts. Those that
   * begin with `..` lie in the session's own folder in place of what is beside the project
   */
  cloneBinds: string[];
  /** what a person should know, one line each: which configuration was chosen, what is not set */
  notes?: string[];
  /** files that the configuration names, that the source does not have, and that may come with the clone */
  missing?: string[];
  /** something of the host was left out, for nobody has agreed to it yet: to be planned again when somebody has */
  isReduced?: boolean;
}

/** A shared image, with what its `devcontainer.metadata` label says, without the project's own entry. */
export interface SharedImage {
  ref: string;
  key: string;
  /** metadata entries of base image and features, outermost first, then our own */
  metadata: JsonObject[];
  /** user that the dev container works as */
  remoteUser: string;
  /** uid of that user after our image step */
  remoteUid: number;
  env: Readonly<Record<string, string>>;
  /** Compose: refs of the other services' images that are built, by service */
  services?: Readonly<Record<string, string>>;
}

/** What `up` needs of a session that is not in the project's config. */
export interface SessionMounts {
  id: string;
  name: string;
  project: string;
  /** name of the project's root folder: the clone lies at `/workspaces/{folder}`, as with plain `devcontainer up` */
  folder: string;
  labels: Labels;
  /** absolute host paths */
  clone: string;
  /** what the session has in place of folders beside the project */
  beside: string;
  launchers: string;
  container: string;
}

export interface UpResult {
  containerId: string;
  remoteUser: string;
  workspaceFolder: string;
  composeProject?: string;
  /** remoteEnv, evaluated */
  remoteEnv: Record<string, string>;
  /** a lifecycle command that failed in the container, which runs all the same; those behind it were not run */
  failed?: LifecycleFailure;
}

/** A lifecycle command of the project, an image or a feature that failed inside the container. */
export interface LifecycleFailure {
  /** the property of devcontainer.json, e.g. `postCreateCommand` */
  stage: string;
  /** `bad of postCreateCommand failed with exit code 3: its last words` */
  words: string;
}

/** A bind mount of ours, by absolute host path. */
export interface ExtraMount {
  source: string;
  target: string;
  readOnly?: boolean;
}

export interface OverrideRequest {
  plan: DevcontainerPlan;
  image: Pick<SharedImage, "ref" | "metadata" | "services" | "remoteUser">;
  mounts: SessionMounts;
  /** name of the session's Compose project; also stands before the names of its volumes */
  composeProject: string;
  settings: Pick<Settings, "cpus" | "memory">;
  /** where an earlier cowork had mounted the clone of this session: it stays there as well */
  formerPlace?: string;
  /** ours, for every process of the container: the agent's part, proxies, TLS authorities. Wins over the project's. */
  containerEnv?: Readonly<Record<string, string>>;
  /** the SSH agent's socket, say */
  extraMounts?: readonly ExtraMount[];
  /** of the image's label something reaches the host, and was agreed to */
  isImageAgreed?: boolean;
  /** Compose: absolute path that `compose` will be written to */
  composeFile?: string;
}

export interface Override {
  /** content of the override devcontainer.json */
  config: JsonObject;
  /** content of the one Compose file */
  compose?: JsonObject;
  /** cowork's own mounts in the dev container, as they have to be there */
  ours: readonly ExtraMount[];
  /** somebody said yes to what reaches the host */
  isAgreed: boolean;
}

export interface BaseImage {
  ref: string;
  image: ImageDetail;
}
