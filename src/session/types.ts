import type * as z from "zod/mini";
import type * as contract from "./contract.ts";
import type { ProjectFacts, Source, StartPoint } from "../project/types.ts";
import type { Settings } from "../config/types.ts";
import type { ChangesPlan } from "../clone/carry-changes.ts";

/** A session as `--json` shows it: the contract. */
export type SessionView = z.infer<typeof contract.view>;
export type SessionState = SessionView["state"];
/** With what `status` adds. */
export type SessionStatus = z.infer<typeof contract.status>;
export type GitView = NonNullable<SessionStatus["git"]>;
/** The result of a command for one session. `session` is absent when nothing of it exists. */
export type Outcome = z.infer<typeof contract.outcome>;
/** What `init` would do. */
export type InitPlan = z.infer<typeof contract.plan>;

/** What `init` asks of the host's part. Plain data. */
export interface InitRequest {
  project: ProjectFacts;
  source: Source;
  sessions: { name: string; start: StartPoint }[];
  settings: Settings;
  options: {
    configName?: string;
    /** folder of the repository that the command was given in; absent: its root */
    within?: string;
    /** configurations of the user's working tree that are not committed as they lie there */
    uncommitted?: string[];
    /** create everything but do not start the container */
    noStart: boolean;
  };
  /** what goes along into fresh clones besides commits */
  carry: CarryRequest;
}

/** Planned where the project lies, and taken from `root` on the host. */
export interface CarryRequest {
  /** absolute path, on the host, of the folder that the files lie in: the project itself, or what came of it to this host */
  root: string;
  /** paths of untracked files that `COPY` and `.worktreeinclude` name */
  files: string[];
  /** `--carry`: the changes that are not committed */
  changes?: ChangesPlan;
  /** what matched and is not carried, one line each */
  notes: string[];
}

/** Which sessions a command means. No names: all of the project; no project: all on the host. */
export interface Selector {
  project?: Pick<ProjectFacts, "name" | "root" | "rootCommit" | "elsewhere">;
  names?: string[];
}
