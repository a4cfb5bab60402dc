import { findStates } from "../../agent/states-catalog.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { StatePlace } from "../../work/types.ts";
import type { SessionRecord } from "../record/record.ts";

/** A session as it is needed to read its agent's state; undefined for an agent that only a newer cowork knows. */
export function statePlace(record: SessionRecord, container: ContainerSummary | undefined): StatePlace | undefined {
  const states = findStates(record.agent);
  if (states === undefined) return undefined;
  const { id, createdAt } = record;
  const place = { id, createdAt, agent: { states } };
  if (container === undefined) return place;
  const { startedAt = "" } = record.container ?? {};
  return { ...place, container: { running: container.state === "running", startedAt } };
}
