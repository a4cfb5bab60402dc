import type { ContainerSummary } from "../../engine/types.ts";
import { CoworkError, type ErrorView } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Paths } from "../../system/paths.ts";
import { label } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";
import type { SessionState, SessionView } from "../types.ts";
import { unfinishedError } from "../record/unfinished.ts";

/** What the world says of one session: asked fresh by every command. */
export interface Observed {
  /** the session's own containers, in any state, the dev container first */
  containers: readonly ContainerSummary[];
  cloneExists: boolean;
  /** current branch of the clone, null when detached or unknown */
  branch: string | null;
  /** a cowork command is at work on the session right now */
  busy: boolean;
  /** as the engine tells it, where it was asked */
  startedAt?: string;
}

/** The one of a session's own containers that is the dev container; the others are Compose services beside it. */
export function devContainer(containers: readonly ContainerSummary[]): ContainerSummary | undefined {
  return containers.find((one) => one.labels[label.localFolder] !== undefined) ?? containers[0];
}

/** Joins record and world to what the user sees. Pure. */
export function viewSession(record: SessionRecord, world: Observed, paths: Paths): SessionView {
  const container = devContainer(world.containers);
  const { state, error, missing } = judge(record, world, container);
  return {
    id: record.id,
    name: record.name,
    project: record.project,
    projectRoot: record.projectRoot,
    host: "local",
    state,
    ...(error === undefined ? {} : { error }),
    ...(missing.length === 0 ? {} : { missing }),
    branch: world.branch,
    path: paths.clone(record.id),
    agent: record.agent,
    createdAt: record.createdAt,
    container:
      container === undefined
        ? null
        : {
            id: container.id,
            image: record.devcontainer?.image.ref ?? container.image,
            user: record.container?.user ?? record.devcontainer?.remoteUser ?? "",
            workspaceFolder: record.container?.workspaceFolder ?? "",
            startedAt: world.startedAt ?? record.container?.startedAt ?? "",
          },
  };
}

interface Judgement {
  state: SessionState;
  error?: ErrorView;
  missing: ("clone" | "container")[];
}

function judge(record: SessionRecord, world: Observed, container: ContainerSummary | undefined): Judgement {
  if (record.phase !== "ready") return unfinished(record, world);
  const missing: Judgement["missing"] = [];
  if (!world.cloneExists) missing.push("clone");
  // A session that was made with --no-start never had a container: it is stopped, nothing is missing.
  if (container === undefined && record.container !== undefined) missing.push("container");
  if (missing.length > 0) return { state: "missing", missing };
  const isRunning = container?.state === "running";
  const failure = unfinishedError(record)?.toView();
  if (failure !== undefined) return { state: isRunning ? "failed" : "stopped", error: failure, missing };
  return { state: isRunning ? "running" : "stopped", missing };
}

function unfinished(record: SessionRecord, world: Observed): Judgement {
  if (world.busy) return { state: "creating", missing: [] };
  const again = new CoworkError("SESSION_INCOMPLETE", `Creating ${record.name} was interrupted.`, {
    hint: [ownCommand("init", record.name)],
  }).toView();
  const { error = again } = record;
  // Every error of a session that was never completed has a next step.
  return { state: "failed", error: error.hint === undefined ? { ...again, ...error } : error, missing: [] };
}

/** The order of lists: by project, then name. */
export function compareViews(a: SessionView, b: SessionView): number {
  return compare(a.project, b.project) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
