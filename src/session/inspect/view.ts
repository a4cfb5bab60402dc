import type { ContainerSummary } from "../../engine/types.ts";
import { CoworkError, type ErrorView } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Paths } from "../../system/paths.ts";
import { label } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";
import type { SessionState, SessionView } from "../types.ts";
import { unfinishedError } from "../record/unfinished.ts";

/** The current state of one session outside its record; every command reads it again. */
export interface Observed {
  /** the session's own containers, in any state, the dev container first */
  containers: readonly ContainerSummary[];
  cloneExists: boolean;
  /** current branch of the clone, null when detached or unknown */
  branch: string | null;
  /** a cowork command is running on the session right now */
  busy: boolean;
  /** as the engine reports it, if it was asked */
  startedAt?: string;
}

/** The dev container among a session's own containers; the others are Compose services next to it. */
export function devContainer(containers: readonly ContainerSummary[]): ContainerSummary | undefined {
  return containers.find((one) => one.labels[label.localFolder] !== undefined) ?? containers[0];
}

/** Combines the record and the observed state into what the user sees. Pure. */
export function viewSession(record: SessionRecord, observed: Observed, paths: Paths): SessionView {
  const container = devContainer(observed.containers);
  const { state, error, missing } = judge(record, observed, container);
  return {
    id: record.id,
    name: record.name,
    project: record.project,
    projectRoot: record.projectRoot,
    host: "local",
    state,
    ...(error === undefined ? {} : { error }),
    ...(missing.length === 0 ? {} : { missing }),
    branch: observed.branch,
    path: paths.clone(record.id),
    agent: record.agent,
    createdAt: record.createdAt,
    // Something else than cowork may have started the container.
    ...(record.hidden === true && state !== "running" ? { hidden: true } : {}),
    container:
      container === undefined
        ? null
        : {
            id: container.id,
            image: record.devcontainer?.image.ref ?? container.image,
            user: record.container?.user ?? record.devcontainer?.remoteUser ?? "",
            workspaceFolder: record.container?.workspaceFolder ?? "",
            startedAt: observed.startedAt ?? record.container?.startedAt ?? "",
          },
  };
}

interface Judgement {
  state: SessionState;
  error?: ErrorView;
  missing: ("clone" | "container")[];
}

function judge(record: SessionRecord, observed: Observed, container: ContainerSummary | undefined): Judgement {
  if (record.phase !== "ready") return unfinished(record, observed);
  const missing: Judgement["missing"] = [];
  if (!observed.cloneExists) missing.push("clone");
  // A session made with --no-start never had a container: it is stopped, nothing is missing.
  if (container === undefined && record.container !== undefined) missing.push("container");
  if (missing.length > 0) return { state: "missing", missing };
  const isRunning = container?.state === "running";
  const failure = unfinishedError(record)?.toView();
  if (failure !== undefined) return { state: isRunning ? "failed" : "stopped", error: failure, missing };
  return { state: isRunning ? "running" : "stopped", missing };
}

function unfinished(record: SessionRecord, observed: Observed): Judgement {
  if (observed.busy) return { state: "creating", missing: [] };
  const again = new CoworkError("SESSION_INCOMPLETE", `Creating ${record.name} was interrupted.`, {
    hint: [ownCommand("init", record.name)],
  }).toView();
  const { error = again } = record;
  // The error of a session that was never completed always has a next step.
  return { state: "failed", error: error.hint === undefined ? { ...again, ...error } : error, missing: [] };
}

/** The order of lists: by project, then name. */
export function compareViews(a: SessionView, b: SessionView): number {
  return compare(a.project, b.project) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
