import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { readTextFile, writeFileAtomic } from "../system/files/files.ts";
import type { Variant } from "./types.ts";

/** What cowork remembers about a session's agent, outside of everything that is mounted: `state/{id}/agent.json`. */
export interface AgentMemory {
  workspaceFolder?: string;
  /** the variant for the engine of its container */
  variant?: Variant;
  /** whether the user's own instructions are copied in */
  ownWays?: boolean;
  /** the user's settings when they were last merged */
  settings?: Record<string, unknown>;
  /** fingerprint of the user's own files when they were last copied */
  ways?: string;
}

function memoryPath(ctx: Context, id: string): string {
  return join(ctx.paths.state(id), "agent.json");
}

/** Empty if there is none or it cannot be read: everything in it can be found out again. */
export async function readMemory(ctx: Context, id: string): Promise<AgentMemory> {
  try {
    const text = await readTextFile(memoryPath(ctx, id), { maxBytes: 4 * 1024 * 1024 });
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

export async function writeMemory(ctx: Context, id: string, memory: AgentMemory): Promise<void> {
  await writeFileAtomic(memoryPath(ctx, id), `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
}
