import { join } from "node:path";
import type { AgentProgram } from "../../agent/at-work.ts";
import type { AgentState } from "../../contract/work/agent-state.ts";
import type { RunView } from "../../contract/work/run.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context, FilesContext } from "../../system/context.ts";
import { recall } from "../../system/files/file-memory.ts";
import { readSmallEntry } from "../../system/files/small-file.ts";
import { countOpen } from "../approvals/count-open.ts";
import { maxReport, parseReport } from "../inbox/parse-report.ts";
import { newestRun } from "../runs/run-files.ts";
import type { StatePlace } from "../types.ts";
import { decideState, type Observed } from "./decide-state.ts";
import { readGone } from "./gone.ts";

type StateContext = Pick<Context, "paths" | "memory" | "clock">;

/** What the agent does, from a few small files. Takes no lock, starts nothing, takes nothing in. */
export function readAgentState(ctx: StateContext, place: StatePlace): AgentState {
  return decideState(observeAgent(ctx, place));
}

/** The same with the newest run and the number of open requests, each read once: `list` needs this of every session. */
export function readAgentWork(
  ctx: StateContext,
  place: StatePlace,
): { agentState: AgentState; run?: RunView; approvals: number } {
  const seen = observeAgent(ctx, place);
  const { run, approvals } = seen;
  return { agentState: decideState(seen), approvals, ...(run === undefined ? {} : { run }) };
}

/** What the small files of a session say about its agent. Synchronous: with hundreds of sessions each promise costs more than the reading. */
export function observeAgent(ctx: StateContext, place: StatePlace): Observed & { run?: RunView } {
  const { id, agent, container, createdAt } = place;
  const last = readLast(ctx, place);
  const run = newestRun(ctx, id);
  const programs = agent.states?.programs(ctx, id) ?? [];
  const conversation = last?.signal?.conversation;
  const tasks = conversation === undefined ? undefined : agent.states?.tasks(ctx, id, conversation);
  const gone = programs.length === 0 ? undefined : readGone(ctx, id);
  const now = ctx.clock.now().getTime();
  // Times are claims, too.
  const past = (at: number): number => Math.min(Math.max(at, 0), now);
  return {
    now,
    createdAt: Date.parse(createdAt),
    ...(container === undefined
      ? {}
      : { container: { running: container.running, startedAt: Date.parse(container.startedAt) || 0 } }),
    ...(last === undefined ? {} : { last: { ...last, at: past(last.at) } }),
    programs: programs.map((one) => ({ ...one, at: past(one.at), gone: gone?.has(processKey(one)) ?? false })),
    ...(tasks === undefined ? {} : { tasks }),
    ...(run === undefined ? {} : { run }),
    approvals: countOpen(ctx, id),
  };
}

export function processKey({ pid, startTicks }: Pick<AgentProgram, "pid" | "startTicks">): string {
  return `${pid} ${startTicks}`;
}

function readLast({ paths, memory }: FilesContext, { id, agent }: StatePlace): Observed["last"] {
  const root = paths.events(id);
  const path = join(root, "last");
  const read = (): Observed["last"] => {
    const entry = readSmallEntry(path, { maxBytes: maxReport, root });
    if (entry === undefined) return undefined;
    const report = parseReport(entry.bytes, entry.modified);
    const signal = report === undefined ? undefined : agent.states?.read(report);
    return { at: entry.modified, ...(signal === undefined ? {} : { signal }) };
  };
  try {
    return recall(memory, path, read);
  } catch (error) {
    // The session can make it unusable.
    if (["FILE_TOO_LARGE", "PERMISSION_DENIED"].includes(toCoworkError(error).code)) return undefined;
    throw error;
  }
}
