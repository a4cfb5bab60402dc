import type { Finding } from "../events.ts";
import type { Labels } from "../engine/types.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * Read-only view of the tree that config is taken from: a commit of the project, or a clone's working tree read
 * without following a link. Paths are relative, `/`-separated, inside the tree. Links are reported as links, never followed.
 */
export interface ConfigSource {
  /** for messages: `commit 1a2b3c4` or `the clone of a` */
  describe: string;
  stat(path: string): Promise<"file" | "folder" | "link" | undefined>;
  list(folder: string): Promise<string[]>;
  /** undefined when it is not there or no regular file; throws DEVCONTAINER_INVALID beyond 4 MiB */
  read(path: string): Promise<Uint8Array | undefined>;
  /** a hash of everything below the path, content and modes */
  hash(path: string): Promise<string>;
  /** writes everything below the path into an empty folder on the host; links stay links and never leave it */
  exportTo(path: string, target: string): Promise<void>;
}

export type ConfigKind = "image" | "dockerfile" | "compose" | "template";

/** What a project's dev container configuration comes to, before anything is made. */
export interface DevcontainerPlan {
  kind: ConfigKind;
  /** path in the source; null for the template */
  path: string | null;
  /** devcontainer.json as parsed, `${…}` verbatim */
  config: JsonObject;
  /** what was changed so that sessions can run side by side, one line each */
  changes: string[];
  /** what reaches the host, judged from the files alone; the image's label is judged after the build */
  findings: Finding[];
  /** everything the host would evaluate, hashed: trust is given for this */
  trustHash: string;
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
}

/** What `up` needs of a session that is not in the project's config. */
export interface SessionMounts {
  id: string;
  name: string;
  project: string;
  labels: Labels;
  /** absolute host paths */
  clone: string;
  launchers: string;
  container: string;
  vault: string;
  agentLib: string;
  agentState: string;
  events: string;
}

export interface UpResult {
  containerId: string;
  remoteUser: string;
  workspaceFolder: string;
  composeProject?: string;
  /** remoteEnv, evaluated */
  remoteEnv: Record<string, string>;
}
