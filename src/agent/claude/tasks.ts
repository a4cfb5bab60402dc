import { join } from "node:path";
import type { TaskCount } from "../../contract/work/agent-state.ts";
import type { FilesContext } from "../../system/context.ts";
import { readStateFile, readStateFolder } from "./state-file.ts";

const maxEntries = 200;
const maxBytes = 16 * 1024;
const conversationId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Counts the tasks in the program's own files `tasks/<conversation>/<n>.json`. At most 200 are counted.
 * @param conversation as a report says: it becomes part of a path, so anything but a UUID is refused
 * @returns undefined if it keeps no list of tasks
 */
export function readTasks({ paths, memory }: FilesContext, id: string, conversation: string): TaskCount | undefined {
  if (!conversationId.test(conversation)) return undefined;
  const root = paths.agentState(id, "claude");
  const folder = join(root, "tasks", conversation);
  const found = readStateFolder(folder, { max: maxEntries, root, memory })
    .filter((name) => /^\d{1,6}\.json$/.test(name))
    .map((name) => statusOf(readStateFile(join(folder, name), { maxBytes, root, memory })))
    .filter((status) => status !== undefined);
  if (found.length === 0) return undefined;
  return { done: found.filter((status) => status === "completed").length, total: found.length };
}

function statusOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { status } = value as Record<string, unknown>;
  return ["pending", "in_progress", "completed"].find((one) => one === status);
}
