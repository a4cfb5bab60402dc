import { join } from "node:path";
import type { RunRequest, RunView } from "../../../contract/work/run.ts";
import { CoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { writeFileAtomic } from "../../../system/files/files.ts";
import { readConversation } from "../output/accepted.ts";
import { createOutputReader } from "../output/output-reader.ts";
import { newProgress } from "../progress.ts";
import { createRunReport } from "../report.ts";
import type { RunSession } from "../types.ts";
import type { RunTimes, Supervised } from "./supervised.ts";
import { createWorkingTime } from "./working-time.ts";

export type Opened = Supervised & { session: RunSession };

/** What is known of a run before its agent starts. */
export async function openRun(
  ctx: Context,
  session: RunSession,
  { n, view, request, times }: { n: number; view: RunView; request: RunRequest; times: RunTimes },
): Promise<Opened> {
  const { place } = session;
  const { agent } = place;
  const { run: runs } = agent;
  if (runs === undefined) throw new CoworkError("INTERNAL", `${agent.title} cannot run unattended.`);
  let plan = "";
  return {
    session,
    place,
    n,
    agent,
    runs,
    request,
    report: createRunReport(ctx, view),
    reader: createOutputReader(ctx, { id: place.id, n }),
    time: createWorkingTime(view.workedMs),
    before: view.resumes === undefined ? nothingSpent : await readConversation(ctx, place.id, view.resumes),
    spentBefore: 0,
    progress: newProgress(),
    times,
    reported: new Set(),
    onPlan: async ({ digest, text, input }, said) => {
      if (digest === plan) return;
      // An agent that wrote no file for its plan has said it.
      const whole = [input["plan"], text, said].find((one) => typeof one === "string" && one.trim() !== "") ?? "";
      if (typeof whole !== "string") return;
      await writeFileAtomic(join(ctx.paths.run(place.id, n), "plan.md"), `${whole.trimEnd()}\n`, { mode: 0o600 });
      plan = digest;
    },
  };
}

const nothingSpent = { cost: 0, tokens: { input: 0, output: 0 } };
