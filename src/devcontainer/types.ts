import type { Json, JsonObject } from "../contract/common.ts";
import type { DevcontainerPlan, ExtraMount } from "../contract/devcontainer-plan.ts";
import type { Settings } from "../config/types.ts";
import type { ImageDetail, Labels } from "../engine/types.ts";

export type { Json, JsonObject };
export type { ConfigKind } from "../contract/common.ts";
export type { BuildInput, ComposePlan, DevcontainerPlan, ExtraMount } from "../contract/devcontainer-plan.ts";

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
