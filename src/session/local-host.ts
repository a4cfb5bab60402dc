import type { Context } from "../system/context.ts";
import type { SessionHost } from "./session-host.ts";
import type { ProjectClient } from "./project-client.ts";

/**
 * The session host in process: this machine's engine and clones. Every operation is loaded when it is called, so that
 * `list` does not load what only `init` needs.
 */
export function createLocalHost(ctx: Context, user: ProjectClient): SessionHost {
  return {
    planInit: async (request) => {
      const { planSessions } = await import("./lifecycle/plan.ts");
      return (await planSessions(ctx, request)).view;
    },
    init: async (request) => (await import("./lifecycle/create.ts")).createSessions(ctx, request),
    list: async (selector) => (await import("./inspect/list.ts")).listSessions(ctx, selector),
    status: async (selector, options) =>
      (await import("./inspect/status.ts")).sessionStatus(ctx, user, selector, options),
    start: async (selector, options) => (await import("./lifecycle/start.ts")).startSessions(ctx, selector, options),
    stop: async (selector, options) => (await import("./lifecycle/stop.ts")).stopSessions(ctx, selector, options),
    clean: async (selector, options) => (await import("./clean/clean.ts")).cleanSessions(ctx, user, selector, options),
    cleanImages: async (options) => (await import("./images.ts")).cleanImages(ctx, options),
    openClone: async (selector) => (await import("./exchange/open-clone.ts")).openClone(ctx, selector),
    readClone: async (selector) => (await import("./exchange/open-clone.ts")).readClone(ctx, selector),
    diff: async (selector, options) => (await import("./exchange/open-clone.ts")).diffClone(ctx, selector, options),
    connect: async (request, io) => (await import("./connect/enter.ts")).enterSession(ctx, request, io),
    logs: async (selector, options, out) => (await import("./inspect/logs.ts")).showLogs(ctx, selector, options, out),
    doctor: async (options) => (await import("./checks/doctor.ts")).runDoctor(ctx, options),
    authStatus: async (agent) => (await import("./agent-login.ts")).agentStatus(ctx, agent),
    login: async (request, io) => (await import("./agent-login.ts")).agentLogin(ctx, request, io),
    runStart: async (selector, request) => (await import("./work/runs.ts")).startRun(ctx, selector, request),
    runs: async (selector, wanted) => (await import("./work/runs.ts")).listRuns(ctx, selector, wanted),
    runStop: async (selector, wanted) => (await import("./work/runs.ts")).endRun(ctx, selector, wanted),
    runSupervise: async (run) => (await import("./work/supervise-run.ts")).superviseRun(ctx, run),
    runFiles: async (selector, n, out) => (await import("./work/runs.ts")).saveRun(ctx, selector, n, out),
    work: async (selector, options) => (await import("./work/agent-work.ts")).agentWork(ctx, selector, options),
    approvals: async (selector) => (await import("./work/approvals.ts")).listApprovals(ctx, selector),
    approvalShown: async (selector, shown) => (await import("./work/approvals.ts")).markShown(ctx, selector, shown),
    approvalAnswer: async (selector, answer) =>
      (await import("./work/approvals.ts")).answerApproval(ctx, selector, answer),
    send: async (selector, prompt) => (await import("./work/talk.ts")).sendPrompt(ctx, selector, prompt),
    interrupt: async (selector, who) => (await import("./work/talk.ts")).interruptAgent(ctx, selector, who),
    agentOpen: async (selector, request) => (await import("./work/open-agent.ts")).openAgent(ctx, selector, request),
    agentWindow: async (selector) => (await import("./work/open-agent.ts")).agentWindow(ctx, selector),
    events: async (selector, query) => (await import("./work/wait-events.ts")).eventsWhenThere(ctx, selector, query),
    transcript: async (selector, query) => (await import("./work/transcript.ts")).readTranscript(ctx, selector, query),
    mute: async (selector, request) => (await import("./work/mute.ts")).muteSession(ctx, selector, request),
    notifier: async () => (await import("./work/mute.ts")).notifierActive(ctx),
    noteMerging: async (selector, events) =>
      (await import("./work/note-merging.ts")).noteMerging(ctx, selector, events),
    noteChanged: async (selector, changed) => (await import("./work/claims.ts")).noteChanged(ctx, selector, changed),
    claims: async (selector) => (await import("./work/claims.ts")).listClaims(ctx, selector),
    claim: async (selector, request) => (await import("./work/claims.ts")).claimPaths(ctx, selector, request),
    claimRelease: async (selector, { globs }) => (await import("./work/claims.ts")).releaseClaims(ctx, selector, globs),
    logout: async ({ settings }) => (await import("./agent-login.ts")).agentLogout(ctx, settings),
  };
}
