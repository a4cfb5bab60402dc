import type { Finding } from "../../events.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { Dialect } from "./interpolate.ts";

/** What Compose gets to see, and nothing else. */
export interface ComposeInputs {
  /** the Compose files as cowork read them, by their paths in the source: no variable, no anchor, no path that leads out */
  documents: Map<string, string>;
  /** files that Compose reads variables and labels from, by the names that the documents give them */
  dataFiles: Map<string, Uint8Array>;
  /** folders that have to exist, empty: v1 looks for build contexts */
  folders: string[];
  /** paths in the source of all that was read */
  files: string[];
  /** variables that files name and that this machine's environment has */
  hostVariables: Record<string, string>;
  /** what `.env` says */
  dotEnv: Record<string, string>;
  /** profiles that `.env` switches on */
  profiles: string[];
  /** variables that are not set anywhere and leave nothing in their place */
  unset: string[];
  /** files that are named, are not there and may come with the clone */
  missing: string[];
  /** a Compose file is among them: nothing can be said yet */
  isBlocked: boolean;
  /** something of the host is named that was not agreed to yet, and is left out */
  isReduced: boolean;
}

export interface ReadOptions {
  /** the caller's environment */
  env: Readonly<Record<string, string | undefined>>;
  verdict: Verdict;
  dialect: Dialect;
  /** absolute path of the folder that Compose will find the tree in; it need not exist yet */
  tree: string;
  /** what the user has agreed to so far: only then a file of the host is named to Compose */
  agreed: readonly Finding[];
  /** may this file, which is not there, come with the clone? */
  mayCome: (path: string) => boolean;
  /** how to bring a missing file along */
  missingHint: (path: string) => string;
}
