import { commandAgent } from "../../contract/agents.ts";
import type { AgentState } from "../../contract/work/agent-state.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { readOwnProgram, stateOfProgram, writeOwnProgram, type ProgramPlace } from "../../work/state/own-program.ts";
import type { SessionRecord } from "../record/record.ts";

export interface ProgramWork {
  agentState: AgentState;
  approvals: 0;
}

/** What the program of `AGENT_COMMAND` does in a session, from a small file; undefined for a session with an agent. */
export function readProgramWork(
  ctx: Pick<Context, "paths">,
  record: SessionRecord,
  container: ContainerSummary | undefined,
): ProgramWork | undefined {
  if (record.agent !== commandAgent) return undefined;
  return { agentState: stateOfProgram(placeOf(record, container), readOwnProgram(ctx, record.id)), approvals: 0 };
}

/** The same, but a program that seems to run must have a process: one command in the container finds out. */
export async function checkProgramWork(
  ctx: Context,
  record: SessionRecord,
  container: ContainerSummary | undefined,
): Promise<ProgramWork | undefined> {
  const seen = readProgramWork(ctx, record, container);
  if (seen?.agentState.state !== "unknown" || container === undefined) return seen;
  const program = readOwnProgram(ctx, record.id);
  if (program === undefined || (await hasProcess(ctx, container.id, program.pid))) return seen;
  // Its terminal was killed before it could tell.
  await writeOwnProgram(ctx, record.id, { ...program, endedAt: ctx.clock.now().toISOString(), detail: "killed" });
  return readProgramWork(ctx, record, container);
}

/** A container that does not answer proves nothing. */
async function hasProcess(ctx: Context, container: string, pid: number): Promise<boolean> {
  const command = ["/bin/sh", "-c", 'test -d "/proc/$1" && echo yes || echo no', "sh", String(pid)] as const;
  const spec = { command, user: "0", workingDir: "/" };
  const answer = await ctx.engine.exec(container, spec, { timeoutMs: 10_000, maxOutput: 1024 }).catch(() => undefined);
  return answer?.stdout.trim() !== "no";
}

function placeOf(
  {
    createdAt,
    container: { startedAt = "" } = {},
  }: Pick<SessionRecord, "createdAt"> & { container?: { startedAt?: string } | undefined },
  container: ContainerSummary | undefined,
): ProgramPlace {
  return container === undefined
    ? { createdAt }
    : { createdAt, container: { running: container.state === "running", startedAt } };
}
