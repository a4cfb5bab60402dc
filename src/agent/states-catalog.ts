import type { AgentStates } from "./at-work.ts";
import { states as claude } from "./claude/states.ts";
import { states as codex } from "./codex/states.ts";
import { states as copilot } from "./copilot/states.ts";

const known: Readonly<Record<string, AgentStates>> = { claude, codex, copilot };

/**
 * How the state of an agent is read; undefined for an agent that only a newer cowork knows. `list` needs nothing else of agents, and
 * loading the whole catalog would take it longer than reading fifty sessions.
 */
export function findStates(id: string): AgentStates | undefined {
  return Object.hasOwn(known, id) ? known[id] : undefined;
}
