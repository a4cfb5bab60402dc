import type { Finding } from "../events.ts";

/** What a repository's own files ask of the agent. */
export interface RepositoryRequest {
  /** everything that grants something or runs something, for the person who decides */
  findings: Finding[];
  /** permission rules in the agent's words */
  rules: { allow: string[]; deny: string[]; ask: string[]; defaultMode?: string };
}

/** How an agent's settings in a repository are read. */
export interface AgentRepository {
  /** paths in the repository */
  files: readonly string[];
  /** folders in the repository of which every file with this ending counts, sub-folders left out */
  folders?: readonly { path: string; ext: string }[];
  /**
   * Never throws: a file that cannot be read is a finding, because the agent may read it in another way.
   * @param contents by path, only of files that exist
   */
  read(contents: ReadonlyMap<string, string>): RepositoryRequest;
}

/** A file that the agent may read in another way. @param what it is, e.g. `a file that is not valid JSON` */
export function unreadable(where: string, what: string): Finding {
  return { where, what, why: "cowork cannot read this file, so it does not know what the agent would do with it" };
}
