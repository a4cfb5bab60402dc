import type { ErrorView } from "../errors.ts";
import type { Finding } from "../events.ts";
import type { ProjectFacts, Source, StartPoint } from "../project/types.ts";
import type { Settings } from "../config/types.ts";
import type { ChangesPlan } from "../clone/carry-changes.ts";

export type SessionState = "running" | "stopped" | "creating" | "failed" | "missing" | "unreachable";

/** A session as `--json` shows it: the contract. */
export interface SessionView {
  id: string;
  name: string;
  project: string;
  projectRoot: string;
  host: string;
  state: SessionState;
  error?: ErrorView;
  missing?: ("clone" | "container")[];
  branch: string | null;
  path: string;
  agent: string;
  createdAt: string;
  container: ContainerView | null;
}

export interface ContainerView {
  id: string;
  image: string;
  user: string;
  workspaceFolder: string;
  startedAt: string;
}

/** What `status` adds. */
export interface SessionStatus extends SessionView {
  git: GitView | null;
  unsaved: boolean;
  /** one line each: what would be lost */
  unsavedWork: string[];
  /** bytes; null: not asked, as with `StatusWish.brief` */
  disk: { clone: number; state: number } | null;
  resources: { cpuPercent: number; memoryBytes: number } | null;
  ports: { container: number; host: number; address: string }[];
  /** named volumes that go with the session */
  volumes: string[];
  login: "ok" | "none" | "broken";
  /** files that were carried in at init */
  carried: string[];
  /** what of the project's config had to be changed, one line each */
  changes: string[];
}

export interface GitView {
  head: string;
  branch: string | null;
  ahead: number;
  behind: number;
  uncommitted: number;
  untracked: number;
  stashes: number;
  unpushedBranches: number;
}

/** What `init` asks of the host's part. Plain data. */
export interface InitRequest {
  project: ProjectFacts;
  source: Source;
  sessions: { name: string; start: StartPoint }[];
  settings: Settings;
  options: {
    configName?: string;
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

export interface InitPlan {
  sessions: { id: string; name: string; branch: string; commit: string; path: string; exists: boolean }[];
  /** the configurations that would be used, one per distinct start commit; none where all sessions have theirs */
  devcontainers: {
    kind: "image" | "dockerfile" | "compose" | "template";
    /** path inside the project; null for the template */
    path: string | null;
    /** what of it is changed so that several sessions can run side by side, one line each */
    changes: string[];
    findings: Finding[];
    trustHash: string;
  }[];
}

/** Which sessions a command means. No names: all of the project; no project: all on the host. */
export interface Selector {
  project?: Pick<ProjectFacts, "name" | "root" | "rootCommit" | "elsewhere">;
  names?: string[];
}

/** The result of a command for one session. `session` is absent when nothing of it exists. */
export interface Outcome {
  name: string;
  /** absent: this machine */
  host?: string;
  ok: boolean;
  session?: SessionView;
  error?: ErrorView;
  exitCode: number;
  /** lines a person should read: warnings, what was changed, what is missing */
  notes: string[];
}
