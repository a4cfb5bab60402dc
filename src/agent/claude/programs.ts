import { join } from "node:path";
import type { FilesContext } from "../../system/context.ts";
import type { AgentProgram } from "../at-work.ts";
import { text } from "../input/describe.ts";
import { readStateFile, readStateFolder } from "./state-file.ts";

const maxPrograms = 100;
const maxBytes = 16 * 1024;
const statuses = ["busy", "waiting", "idle"] as const;

/** The program's own files `sessions/<pid>.json`: it writes one at each change, and removes it at its end, but not when it is killed. */
export function readPrograms({ paths, memory }: FilesContext, id: string): AgentProgram[] {
  const root = paths.agentState(id, "claude");
  const folder = join(root, "sessions");
  return readStateFolder(folder, { max: maxPrograms, root, memory }).flatMap((name) => {
    const pid = Number(/^(\d{1,10})\.json$/.exec(name)?.[1]);
    if (Number.isNaN(pid)) return [];
    const value = readStateFile(join(folder, name), { maxBytes, root, memory });
    return value === undefined ? [] : (asProgram(pid, value) ?? []);
  });
}

function asProgram(pid: number, value: unknown): AgentProgram | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const its = value as Record<string, unknown>;
  const status = statuses.find((one) => one === its.status);
  const startTicks = text(its.procStart);
  const at = its.statusUpdatedAt ?? its.updatedAt;
  if (status === undefined || startTicks === undefined || typeof at !== "number") return undefined;
  const [conversation, waitingFor] = [text(its.sessionId), text(its.waitingFor)];
  return {
    pid,
    startTicks,
    interactive: its.entrypoint === "cli",
    status,
    at,
    ...(conversation === undefined ? {} : { conversation }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
  };
}
