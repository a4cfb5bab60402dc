import type { Json, JsonObject } from "../contract/common.ts";
import type { DevcontainerPlan, ExtraMount } from "../contract/devcontainer/devcontainer-plan.ts";
import type { Settings } from "../config/types.ts";
import type { ImageDetail, Labels } from "../engine/types.ts";

export type { Json, JsonObject };
export type { ConfigKind } from "../contract/common.ts";
export type {
  BuildInput,
  ComposePlan,
  DevcontainerPlan,
  ExtraMount,
} from "../contract/devcontainer/devcontainer-plan.ts";

/**
 * Read-only view of the tree that the config comes from: a commit of the project, or a clone's working tree that is read without
 * following links. Paths are relative, `/`-separated and inside the tree. Links are reported as links and never followed, unless
 * the source comes from `followLinks`.
 */
export interface ConfigSource {
  /** for messages: `commit 1a2b3c4` or `the clone of a` */
  describe: string;
  stat(path: string): Promise<"file" | "folder" | "link" | undefined>;
  list(folder: string): Promise<string[]>;
  /**
   * Files and links at this path below any folder of the tree, and links in the place of a folder on the way. Absent: the source cannot
   * tell without looking everywhere.
   */
  find?(path: string): Promise<string[]>;
  /** target of the link at the path; undefined if it is not a link */
  readLink(path: string): Promise<string | undefined>;
  /** only if links are followed: the path in the tree that this path leads to, or why there is none */
  follow?(path: string): Promise<{ path: string } | { broken: string }>;
  /** undefined if it does not exist or is not a regular file; throws DEVCONTAINER_INVALID beyond 4 MiB */
  read(path: string): Promise<Uint8Array | undefined>;
  /** a hash of the content and modes of everything below the path */
  hash(path: string): Promise<string>;
  /**
   * Writes everything below the path into a folder on the host. The folder is created if missing, and must be empty. Links stay
   * links. Links that lead out of the folder are left out by default. They are kept if only the engine sees the folder (a build
   * context: docker copies links as links).
   */
  exportTo(path: string, target: string, options?: { links?: "inside" | "all" }): Promise<void>;
}

/** A shared image and its `devcontainer.metadata` label without the project's own entry. */
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

/** What `up` needs of a session that is not part of the project's config. */
export interface SessionMounts {
  id: string;
  name: string;
  project: string;
  /** name of the project's root folder: the clone is mounted at `/workspaces/{folder}`, as with plain `devcontainer up` */
  folder: string;
  labels: Labels;
  /** absolute host paths */
  clone: string;
  /** folder that replaces folders next to the project */
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
  /** the lifecycle command that failed; the container runs anyway, but later commands were not run */
  failed?: LifecycleFailure;
}

/** A lifecycle command of the project, an image or a feature that failed inside the container. */
export interface LifecycleFailure {
  /** the property of devcontainer.json, e.g. `postCreateCommand` */
  stage: string;
  /** `bad of postCreateCommand failed with exit code 3: the end of its output` */
  words: string;
}

export interface OverrideRequest {
  plan: DevcontainerPlan;
  image: Pick<SharedImage, "ref" | "metadata" | "services" | "remoteUser">;
  mounts: SessionMounts;
  /** name of the session's Compose project; also the prefix of its volumes' names */
  composeProject: string;
  settings: Pick<Settings, "cpus" | "memory">;
  /** where an earlier version of cowork mounted the session's clone; it is mounted there, too */
  formerPlace?: string;
  /** cowork's variables for every process in the container: agent, proxies, TLS authorities. They override the project's. */
  containerEnv?: Readonly<Record<string, string>>;
  /** for example the SSH agent's socket */
  extraMounts?: readonly ExtraMount[];
  /** the image's label has something that reaches the host, and the user agreed to it */
  isImageAgreed?: boolean;
  /** Compose: absolute path of the file that `compose` is written to */
  composeFile?: string;
}

export interface Override {
  /** content of the override devcontainer.json */
  config: JsonObject;
  /** content of the one Compose file */
  compose?: JsonObject;
  /** cowork's own mounts in the dev container, as they must be in the container */
  ours: readonly ExtraMount[];
  /** the user agreed to what reaches the host */
  isAgreed: boolean;
}

export interface BaseImage {
  ref: string;
  image: ImageDetail;
}
