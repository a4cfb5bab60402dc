import { gitInside } from "../../../src/clone/git/inside.ts";
import type { RunRequest, RunView } from "../../../src/contract/work/run.ts";
import type { Context } from "../../../src/system/context.ts";
import { answerRequest } from "../../../src/work/approvals/answer.ts";
import { takeInRequests } from "../../../src/work/approvals/take-in.ts";
import { createRun } from "../../../src/work/runs/create-run.ts";
import { supervise } from "../../../src/work/runs/supervise/supervise.ts";
import { runTimes, type RunTimes } from "../../../src/work/runs/supervise/supervised.ts";
import type { RunSession } from "../../../src/work/runs/types.ts";
import type { WorkPlace } from "../../../src/work/types.ts";
import type { AgentHost } from "../home/agent-context.ts";
import { until } from "./until.ts";
import type { PlainSession } from "../stand-in/plain-session.ts";

/** Runs of the real agent in a plain session, supervised in this process. */
export interface PlainRuns {
  place: WorkPlace;
  create(prompt: string, changes?: Partial<RunRequest>): Promise<RunView>;
  supervise(run: RunView, options?: { times?: Partial<RunTimes>; ctx?: Context }): Promise<RunView>;
  run(prompt: string, changes?: Partial<RunRequest>, times?: Partial<RunTimes>): Promise<RunView>;
  /** answers the run's next question, when it comes; returns its text */
  answer(run: RunView, decision: "allow" | "deny"): Promise<string>;
}

/** @param host.settings of the session; its clone is the folder `work`, which becomes a repository here */
export async function plainRuns({ ctx, agent, settings }: AgentHost, session: PlainSession): Promise<PlainRuns> {
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  const init =
    "git init -q . && git config user.name Ada && git config user.email ada@example.org && echo one >one && git add one && git commit -qm one";
  const made = await session.run(["sh", "-c", init]);
  if (made.code !== 0) throw new Error(made.out);
  const found = await ctx.engine.findContainer(session.container);
  const container = {
    id: session.container,
    running: true,
    startedAt: found?.startedAt ?? "",
    user: `${uid}:${gid}`,
    workspaceFolder: "/work",
  };
  const createdAt = new Date().toISOString();
  const place: WorkPlace = { id: session.id, name: session.id, project: "app", agent, createdAt, container };
  const environment = {
    PATH: "/opt/cowork/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: "/tmp",
    CLAUDE_CODE_MAX_RETRIES: "1",
  };
  const { id, startedAt, user, workspaceFolder } = container;
  const runSession: RunSession = {
    place,
    identity: { name: "Ada", email: "ada@example.org" },
    start: async () => await Promise.resolve({ id, startedAt, user, workspaceFolder, environment }),
    git: async (inner) =>
      await Promise.resolve(
        gitInside(inner, { clone: session.work, uid, gid, containerId: id, images: [], labels: {} }),
      ),
    agreedMcp: async () => await Promise.resolve(false),
  };
  const runs: PlainRuns = {
    place,
    create: async (prompt, changes = {}) =>
      await createRun(ctx, place, {
        action: "implement",
        prompt,
        permissions: "all",
        budget: 25,
        timeoutMs: 0,
        commit: "off",
        runs: 20,
        settings,
        ...changes,
      }),
    supervise: async (run, options = {}) =>
      await supervise(options.ctx ?? ctx, runSession, run.n, { ...runTimes, ...options.times }),
    run: async (prompt, changes, times = {}) => await runs.supervise(await runs.create(prompt, changes), { times }),
    async answer(run, decision) {
      let text: string | undefined;
      await until(async () => {
        const mine = (await takeInRequests(ctx, place)).find((one) => one.run === run.id);
        if (mine === undefined) return false;
        const { id: request, digest } = mine;
        await answerRequest(ctx, place, { id: request, digest, decision, by: "test", through: "test" });
        ({ text } = mine);
        return true;
      });
      return text ?? "";
    },
  };
  return runs;
}
