import { CoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { goOn, instructions } from "../instructions.ts";
import { endLaunched, launchAgent } from "../launch.ts";
import { readExit } from "../output/live-files.ts";
import { launchWithPrompt } from "../run-input.ts";
import type { RunContainer } from "../types.ts";
import { readOnly } from "./conclude.ts";
import type { Opened } from "./open-run.ts";
import { tell } from "./supervised.ts";

/** Starts a process of the agent and gives it the prompt. @param isAgain after a usage limit: in the same conversation */
export async function startAgent(
  ctx: Context,
  run: Opened,
  { container, isAgain }: { container: RunContainer; isAgain: boolean },
): Promise<void> {
  const { n, request, report, place, agent } = run;
  const prompt = isAgain ? goOn : request.prompt;
  const args = await argsOf(ctx, run, { prompt, isAgain });
  const [line, closes] = [run.runs.prompt(prompt), run.runs.input !== "lines"];
  const start = async (): Promise<void> =>
    await launchAgent(ctx, { id: place.id, n, agent, container, args, path: request.path });
  const isTaken = await launchWithPrompt(ctx, place, n, { launch: start, line, closes });
  if (!isTaken && readExit(ctx, place.id, n) === undefined) {
    await endLaunched(ctx, { id: place.id, n, agent, container: container.id });
    throw new CoworkError("ENGINE_FAILED", "The agent did not take the prompt.");
  }
  const startedAt = report.view.startedAt ?? ctx.clock.now().toISOString();
  await report.set({ state: "running", startedAt, detail: undefined, until: undefined });
  const resumed = { type: "run.resumed", data: { detail: "the usage limit has ended" } };
  await tell(ctx, run, isAgain ? resumed : { type: "run.started" });
  run.spentBefore = report.view.cost;
  const { result: _before, limitUntil: _until, ...progress } = run.progress;
  run.progress = { ...progress, isResting: false, background: 0, isInterrupted: false };
}

async function argsOf(
  ctx: Context,
  run: Opened,
  { prompt, isAgain }: { prompt: string; isAgain: boolean },
): Promise<string[]> {
  const { request, report, budget } = run;
  const { action, model, maxTurns, permissions } = request;
  return run.runs.args({
    prompt,
    conversation: report.view.conversation ?? "",
    resume: isAgain || report.view.resumes !== undefined,
    mode: action === "plan" ? "plan" : permissions,
    ...(action === "plan" ? { afterPlan: permissions } : {}),
    readOnly: readOnly.includes(action),
    strictMcp: !(await run.session.agreedMcp(ctx)),
    instructions: instructions[action],
    ...(model === undefined ? {} : { model }),
    ...(budget === undefined ? {} : { budget }),
    ...(maxTurns === undefined ? {} : { maxTurns }),
  });
}
