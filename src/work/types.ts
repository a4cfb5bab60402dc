import type { Agent } from "../agent/types.ts";

/** What is needed of a session to read its agent's state. */
export interface StatePlace {
  id: string;
  createdAt: string;
  agent: Pick<Agent, "states">;
  container?: Pick<NonNullable<WorkPlace["container"]>, "running" | "startedAt">;
}

/** A session as the layer `work` needs it; the layer `session` makes it from the record and the engine's answer. */
export interface WorkPlace {
  /** `{project}-{session}` */
  id: string;
  name: string;
  project: string;
  agent: Agent;
  /** ISO 8601 */
  createdAt: string;
  /** absent: it has no container */
  container?: {
    id: string;
    running: boolean;
    /** when cowork last started it, as ISO 8601; empty: not known */
    startedAt: string;
    /** user and folder that programs are started with */
    user: string;
    workspaceFolder: string;
  };
}
