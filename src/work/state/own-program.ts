import * as z from "zod/mini";
import type { AgentState } from "../../contract/work/agent-state.ts";
import { parseJson } from "../../contract/common.ts";
import type { Context, FilesContext } from "../../system/context.ts";
import { recall } from "../../system/files/file-memory.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";

// The program of AGENT_COMMAND, of which nothing is known but its process.

const ownProgram = z.object({
  /** its process id inside */
  pid: z.int(),
  startedAt: z.string(),
  endedAt: z.exactOptional(z.string()),
  /** why it ended, in a few words */
  detail: z.exactOptional(z.string()),
});

export type OwnProgram = z.infer<typeof ownProgram>;

/** The one that was started last; undefined if none was. */
export function readOwnProgram({ paths, memory }: FilesContext, id: string): OwnProgram | undefined {
  const path = paths.program(id);
  const bytes = recall(memory, path, () => readSmallFile(path, { maxBytes: 4096 }));
  return ownProgram.safeParse(parseJson(bytes?.toString("utf8") ?? "")).data;
}

export async function writeOwnProgram(
  { paths }: Pick<Context, "paths">,
  id: string,
  program: OwnProgram,
): Promise<void> {
  await writeFileAtomic(paths.program(id), JSON.stringify(program), { mode: 0o600 });
}

/** A session with such a program. */
export interface ProgramPlace {
  createdAt: string;
  container?: { running: boolean; startedAt: string };
}

/** Its state: that it runs is all that is known, so it is never said to work, to wait or to be idle. Pure. */
export function stateOfProgram({ createdAt, container }: ProgramPlace, program: OwnProgram | undefined): AgentState {
  if (program === undefined) return { state: "none", since: container?.startedAt || createdAt };
  const { startedAt, endedAt, detail } = program;
  if (endedAt !== undefined) return { state: "ended", since: endedAt, ...(detail === undefined ? {} : { detail }) };
  const isOld = container?.running !== true || Date.parse(container.startedAt) > Date.parse(startedAt);
  if (isOld) return { state: "ended", since: startedAt, detail: "killed" };
  return { state: "unknown", since: startedAt, detail: "it runs: state from its process only" };
}
