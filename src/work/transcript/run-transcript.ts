import type { Context } from "../../system/context.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import { readLines } from "../history/read-lines.ts";
import { outputFile } from "../runs/output/accepted.ts";
import type { WorkPlace } from "../types.ts";
import { renderOutput } from "./render.ts";

/** As long as the longest line of output that is kept. */
const maxLineBytes = 8 * 1024 ** 2;

/** What a run printed, as far as the host has accepted it. Each call goes on at `at`, and moves it. */
export function createRunTranscript(
  ctx: Pick<Context, "paths">,
  { id, agent }: Pick<WorkPlace, "id" | "agent">,
  n: number,
  at: { offset: number } = { offset: 0 },
): () => AsyncGenerator<string[]> {
  return async function* read() {
    const file = await openRegularFile(outputFile(ctx, id, n));
    try {
      if (file === undefined) return;
      for await (const { lines, next, skipped } of readLines(file, { from: at.offset }, maxLineBytes)) {
        Object.assign(at, { offset: next });
        const outputs = lines.flatMap((line) => agent.run?.read(line) ?? []);
        yield [
          ...outputs.flatMap((output) => renderOutput(output)),
          ...(skipped === 0 ? [] : [`… (${skipped} too long to show)`]),
        ];
      }
    } finally {
      await file?.close();
    }
  };
}
