import type { Finding } from "../../events.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { Dialect } from "./interpolate.ts";

/** Everything that Compose gets to read. */
export interface ComposeInputs {
  /** the Compose files as cowork has read them, by path in the source: without variables, anchors, or paths that lead out of the repository */
  documents: Map<string, string>;
  /** files that Compose reads variables and labels from, by the names that the documents use for them */
  dataFiles: Map<string, Uint8Array>;
  /** empty folders that have to exist, because v1 checks that build contexts exist */
  folders: string[];
  /** paths in the source of all files that were read */
  files: string[];
  /** variables of this machine's environment that the files use */
  hostVariables: Record<string, string>;
  /** the variables of `.env` */
  dotEnv: Record<string, string>;
  /** profiles that `.env` enables */
  profiles: string[];
  /** variables that are not set and have no default */
  unset: string[];
  /** files that are named and missing, but may be copied into the clone */
  missing: string[];
  /** a Compose file is missing, so the configuration is not known yet */
  isBlocked: boolean;
  /** something of the host that the user has not agreed to yet was left out */
  isReduced: boolean;
}

export interface ReadOptions {
  /** the caller's environment */
  env: Readonly<Record<string, string | undefined>>;
  verdict: Verdict;
  dialect: Dialect;
  /** absolute path of the folder that will hold the tree for Compose; it need not exist yet */
  tree: string;
  /** what the user has agreed to so far; Compose gets files of the host only after that */
  agreed: readonly Finding[];
  /** may this missing file be copied into the clone? */
  mayCome: (path: string) => boolean;
  /** how to include a missing file */
  missingHint: (path: string) => string;
}
