import { toCoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { appendOutput, isAccepted, writeConversation } from "./accepted.ts";
import { applyOutput } from "../progress.ts";
import type { Supervised } from "../supervise/supervised.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Takes in new lines of an agent's output: keeps them, and shows what they say. @returns false if the disk is full */
export async function takeOutput(ctx: Context, run: Supervised, lines: readonly string[]): Promise<boolean> {
  const { place, n, report } = run;
  const accepted: string[] = [];
  const spent = run.progress.conversation;
  for (const line of lines) {
    const outputs = run.runs.read(line);
    if (isAccepted(line, outputs)) accepted.push(line);
    for (const output of outputs ?? []) {
      run.progress = applyOutput(run.progress, output);
      // Requests for approval are known as this run's by it.
      if (output.kind === "started" && run.runs.ownIds === true && uuid.test(output.conversation))
        await report.set({ conversation: output.conversation });
    }
  }
  const { progress } = run;
  const { conversation, result } = progress;
  await report.set({ turns: progress.turns, denials: progress.denials });
  if (conversation !== undefined) {
    const { cost, tokens } = conversation;
    await report.set({
      cost: Math.max(report.view.cost, cost - run.before.cost, 0),
      tokens: {
        input: Math.max(0, tokens.input - run.before.tokens.input),
        output: Math.max(0, tokens.output - run.before.tokens.output),
      },
    });
  }
  if (result !== undefined && result.text !== "") await report.set({ result: result.text.slice(0, 2000) });
  try {
    await appendOutput(ctx, place.id, n, accepted);
    if (conversation !== undefined && conversation !== spent) await writeConversation(ctx, place.id, n, conversation);
    return true;
  } catch (error) {
    ctx.log(`run ${report.view.id}: ${toCoworkError(error).message}`);
    return toCoworkError(error).code !== "DISK_FULL";
  }
}
