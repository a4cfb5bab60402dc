import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { RunOutput } from "../../../agent/at-work.ts";
import { toCoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { isAbsent, writeFileAtomic } from "../../../system/files/files.ts";

// What the host keeps of a run for itself: the accepted output, and what its conversation has spent.

export function outputFile(ctx: Pick<Context, "paths">, id: string, n: number): string {
  return join(ctx.paths.run(id, n), "output.jsonl");
}

/** All of the lines or none of them: on a full disk half a line would spoil the next one. @throws DISK_FULL … */
export async function appendOutput(
  ctx: Pick<Context, "paths">,
  id: string,
  n: number,
  lines: readonly string[],
): Promise<void> {
  const file = await open(outputFile(ctx, id, n), "a", 0o600).catch((error: unknown) => {
    throw toCoworkError(error);
  });
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(lines.map((line) => `${line}\n`).join(""));
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await file.close();
  }
}

/** What must be known to continue the conversation. */
const conversationState = z.object({
  /** USD at list prices, of the whole conversation */
  cost: z.number(),
  tokens: z.object({ input: z.number(), output: z.number() }),
});

export type ConversationState = z.infer<typeof conversationState>;

export async function writeConversation(
  ctx: Pick<Context, "paths">,
  id: string,
  n: number,
  state: ConversationState,
): Promise<void> {
  await writeFileAtomic(join(ctx.paths.run(id, n), "conversation.json"), JSON.stringify(state), { mode: 0o600 });
}

/** Nothing spent if it is not known. */
export async function readConversation(ctx: Pick<Context, "paths">, id: string, n: number): Promise<ConversationState> {
  const text = await readFile(join(ctx.paths.run(id, n), "conversation.json"), "utf8").catch((error: unknown) => {
    if (isAbsent(error)) return "null";
    throw toCoworkError(error);
  });
  const found = conversationState.safeParse(JSON.parse(text));
  return found.success ? found.data : { cost: 0, tokens: { input: 0, output: 0 } };
}

/** Is this line one that the agent's reader understands, or at least JSON? Others are not kept. */
export function isAccepted(line: string, outputs: readonly RunOutput[] | undefined): boolean {
  return outputs !== undefined || (line.startsWith("{") && line.endsWith("}"));
}
