import type { MergeRequest } from "../../contract/merging/merge.ts";
import { CoworkError } from "../../errors.ts";
import type { MergeParts } from "../../merging/queue/parts.ts";
import type { MergeState } from "../../merging/queue/state-file.ts";
import { plain } from "../../system/text.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { findSession } from "../find/find-sessions.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { agentOfTarget, requireKnownAgent, settingsFor } from "../work/agent-choice.ts";
import { requireLogin } from "../work/require-login.ts";
import type { MergeSession } from "./merge-session.ts";

const pollMs = 1_000;

/** The sessions, the project and the agent, for a merge. */
export async function mergeParts(
  scope: Scope,
  state: MergeState,
  request: MergeRequest,
  own: MergeSession,
): Promise<MergeParts> {
  const { source, facts } = await scope.project();
  const words = new Map(state.view.items.map(({ session }, n) => [session, request.sessions[n] ?? session]));
  const open = async (name: string) => {
    const found = await findSession(scope, words.get(name) ?? name, "merge");
    return { host: await hostOfOne(found.scope, found.selector), selector: found.selector };
  };
  const withClone: MergeParts["withClone"] = async (name, work) => {
    const { host, selector } = await open(name);
    const clone = await host.openClone(selector);
    try {
      return await work({ name, inside: clone.inside, identity: clone.identity, start: clone.start.commit });
    } finally {
      await clone.close();
    }
  };
  return {
    source,
    identity: {
      name: facts.gitIdentity.name ?? "cowork",
      email: facts.gitIdentity.email ?? "cowork@localhost",
    },
    withClone,
    tests: own,
    leaveOutput: async (name, output) =>
      await withClone(name, async ({ inside }) => {
        const file = `cowork/merge-${state.view.id}.log`;
        const script = `mkdir -p "$GIT_DIR/cowork" && cat >"$GIT_DIR/${file}"`;
        const { code } = await inside.script(script, { write: true, input: Buffer.from(output) });
        return code === 0 ? `.git/${file}` : undefined;
      }),
    ...(request.resolve === "none" ? {} : { agent: agentOf(scope, own, open) }),
  };
}

function agentOf(
  scope: Scope,
  own: MergeSession,
  open: (name: string) => Promise<Pick<Awaited<ReturnType<MergeSession["ready"]>>, "host" | "selector">>,
): NonNullable<MergeParts["agent"]> {
  return {
    task: async (name) => {
      const { host, selector } = await open(name);
      const [run] = await host.runs(selector, {});
      return run === undefined ? undefined : plain(run.title).slice(0, 200);
    },
    run: async (prompt) => {
      const { host, selector, scope: its } = await own.ready();
      const configured = await its.settings();
      const [view] = await host.list(selector);
      const session = { name: view?.name ?? "", ...(view === undefined ? {} : { agent: view.agent }) };
      requireKnownAgent(session, configured);
      const settings = settingsFor(session, configured, { wanted: undefined, configured: configured.agent });
      await requireLogin(host, agentOfTarget(session, settings), configured.agent);
      const { permissions, budget, timeoutMs, runs, model } = settings;
      const { id, n } = await host.runStart(selector, {
        action: "implement",
        prompt,
        permissions,
        budget,
        timeoutMs,
        commit: "off",
        runs,
        settings,
        ...(model === undefined ? {} : { model }),
      });
      scope.ctx.report({ session: "", step: "plan", state: "note", detail: `run ${id} resolves a conflict` });
      for (;;) {
        const [run] = await host.runs(selector, { n });
        if (run === undefined) throw new CoworkError("RUN_NOT_FOUND", `Run ${id} is gone.`);
        if (!isActive(run)) {
          const { state, detail } = run;
          return { run: id, ok: state === "completed", ...(detail === undefined ? {} : { detail: plain(detail) }) };
        }
        await scope.ctx.clock.sleep(pollMs, scope.ctx.signal);
      }
    },
  };
}
