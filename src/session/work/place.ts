import { findAgent } from "../../agent/catalog.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { WorkPlace } from "../../work/types.ts";
import { knownAgent } from "../record/agent.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * A session as the layer `work` sees it.
 * @param container its dev container, if the engine has it
 * @throws AGENT_UNAVAILABLE for a session without an agent that this cowork knows
 */
export function workPlace(record: SessionRecord, container: ContainerSummary | undefined): WorkPlace {
  const { id, name, project, createdAt } = record;
  const agent = knownAgent(record);
  const place = { id, name, project, createdAt, agent };
  if (container === undefined) return place;
  const { user = "", workspaceFolder = "", startedAt = "" } = record.container ?? {};
  return {
    ...place,
    container: { id: container.id, running: container.state === "running", startedAt, user, workspaceFolder },
  };
}

/** The same; undefined for a session without an agent that this cowork knows. */
export function knownAgentPlace(record: SessionRecord, container: ContainerSummary | undefined): WorkPlace | undefined {
  return findAgent(record.agent) === undefined ? undefined : workPlace(record, container);
}
