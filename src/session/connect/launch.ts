import * as z from "zod/mini";
import { connectRequest, type ConnectRequest } from "../../contract/remote/terminal-requests.ts";
import { inside } from "../../agent/parts.ts";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { agentOf } from "../record/agent.ts";
import type { SessionRecord } from "../record/record.ts";

// What the agent's window of tmux starts. It is a file because tmux takes commands of 16 KB at most, and prompts are longer.

const launch = z.object({
  /** what `connect` gets in a window; the project's settings are not on a remote host */
  request: connectRequest,
  conversation: z.string(),
  resume: z.boolean(),
  model: z.exactOptional(z.string()),
  prompt: z.exactOptional(z.string()),
});

export type Launch = z.infer<typeof launch>;

const maxBytes = 1024 * 1024;

export async function writeLaunch(ctx: Pick<Context, "paths">, id: string, value: Launch): Promise<void> {
  await writeFileAtomic(ctx.paths.launch(id), JSON.stringify(value), { mode: 0o600 });
}

/** Undefined if the agent of that session was never opened. */
export function readLaunch(ctx: Pick<Context, "paths">, id: string): Launch | undefined {
  try {
    const bytes = readSmallFile(ctx.paths.launch(id), { maxBytes });
    if (bytes === undefined) return undefined;
    const found = launch.safeParse(JSON.parse(bytes.toString("utf8")));
    return found.success ? found.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What runs in a window: the agent, or the shell that `connect` opens. */
export function windowRequest({ request }: Launch, window: "agent" | "shell"): ConnectRequest {
  const { window: _, ...shell } = request;
  return window === "agent" ? { ...shell, tmux: false, window } : { ...shell, tmux: false };
}

/** The agent's command inside; that of a session without one is a line for the shell there. */
export function launchCommand(
  record: SessionRecord,
  { conversation, resume, model, prompt }: Omit<Launch, "request">,
): string[] {
  const agent = agentOf(record);
  if (agent === undefined) return ["/bin/sh", "-c", record.agentCommand ?? ""];
  const ask = { conversation, resume, ...(model === undefined ? {} : { model }) };
  const args = agent.terminal?.args({ ...ask, ...(prompt === undefined ? {} : { prompt }) }) ?? [];
  return [inside.launcher(agent), ...args];
}
