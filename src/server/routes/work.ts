import { answerApproval, listApprovals, showedApproval } from "../../app/work/approvals.ts";
import { projectRoot } from "../../app/serve/api-projects.ts";
import { findById, requireHost } from "../../app/serve/session-word.ts";
import { readArtifact } from "../../app/serve/artifact.ts";
import { listRuns } from "../../app/work/list-runs.ts";
import type { workRoutes } from "../../contract/http/work.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { openHost } from "../../app/hosts.ts";
import type { Scope } from "../../app/scope.ts";
import { begin } from "../begin.ts";
import { securityHeaders } from "../door/headers.ts";
import { defined } from "../../system/defined.ts";
import { requireRole, whoIs, type Handlers } from "../route.ts";

const active = ["created", "running", "waiting"];

export const workHandlers: Handlers<keyof typeof workRoutes> = {
  "GET /runs": async ({ query, scope }) => {
    const its = await scope();
    const root = query.project === undefined ? undefined : await projectRoot(its, query.project);
    const found = query.session === undefined ? undefined : await findById(its, query.session, "runs");
    const all =
      found === undefined ? await listRuns(its, undefined, { all: true }) : await found.host.runs(found.selector, {});
    const roots = root === undefined ? undefined : await idsIn(its, root);
    return {
      runs: all
        .filter((run) => query.active !== "true" || active.includes(run.state))
        .filter((run) => roots === undefined || roots.has(`${run.sessionId}@${run.host}`)),
    };
  },
  "POST /runs": async (call) => {
    const { session, project, name, host, prompt, permissions } = call.input;
    const { from, agent, model, budget, timeout, resume, action = "implement", commit = "auto" } = call.input;
    if (permissions === "all") requireRole(call.caller, "full", 'permissions: "all"');
    const isNew = session === undefined;
    if (isNew ? project === undefined || name === undefined : project !== undefined || name !== undefined)
      throw usageError("A run needs either session, or project and name of a new one.", "");
    const its = await call.scope();
    if (project !== undefined) await projectRoot(its, project);
    if (host !== undefined) await requireHost(its, host);
    if (session !== undefined) await findById(its, session, "run");
    // What the configuration says counts without a choice, but no token gives more than its role.
    const most = call.caller.role === "full" ? undefined : ("edits" as const);
    const given = defined({
      session,
      project,
      name,
      host,
      from,
      agent,
      model,
      permissions,
      most,
      budget,
      timeout,
      resume,
    });
    return await begin(call, { kind: "run", prompt, action, commit, ...given });
  },
  "GET /sessions/{session}/runs/{run}": async ({ params, scope }) => {
    const { selector, host } = await findById(await scope(), params.session, "runs");
    const [run] = await host.runs(selector, { n: Number(params.run) });
    if (run === undefined) throw noRun(params.run);
    return { run };
  },
  "GET /sessions/{session}/runs/{run}/artifacts/{artifact}": async ({ params, scope }) => {
    const { selector, host } = await findById(await scope(), params.session, "runs");
    const [run] = await host.runs(selector, { n: Number(params.run) });
    if (run === undefined) throw noRun(params.run);
    const bytes = await readArtifact(host, selector, run, params.artifact);
    return new Response(new Uint8Array(bytes), {
      headers: {
        ...securityHeaders,
        // It was written in a container, and is never shown as a page of this origin.
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Type": "application/octet-stream",
        "Content-Disposition": `attachment; filename="${params.artifact}"`,
        "Cache-Control": "no-store",
      },
    });
  },
  "POST /sessions/{session}/runs/{run}/stop": async ({ params, scope, server }) => {
    const { selector, host } = await findById(await scope(), params.session, "runs");
    const run = await host.runStop(selector, { n: Number(params.run), by: server.ctx.user.name });
    server.changed("sessions", params.session);
    return { run };
  },
  "GET /sessions/{session}/transcript": async ({ params, query, scope }) => {
    const { selector, host } = await findById(await scope(), params.session, "logs");
    const { run, after } = query;
    return await host.transcript(selector, defined({ run: run === undefined ? undefined : Number(run), after }));
  },
  "POST /sessions/{session}/prompts": async ({ params, input, scope, caller }) => {
    const { scope: its, selector, host } = await findById(await scope(), params.session, "send");
    if (input.text.trim() === "") throw usageError("The text for the agent is empty.", "");
    const settings = await its.settings();
    // A run that continues the conversation does no more than what the role could start.
    const most = caller.role === "full" ? {} : { most: "edits" as const };
    return await host.send(selector, { text: input.text, settings, through: whoIs(caller), ...most });
  },
  "POST /sessions/{session}/interrupt": async ({ params, scope, server }) => {
    const { selector, host } = await findById(await scope(), params.session, "interrupt");
    return await host.interrupt(selector, { by: server.ctx.user.name });
  },
  "GET /approvals": async ({ scope }) => ({ approvals: await listApprovals(await scope(), { all: true }) }),
  "GET /approvals/{approval}": async ({ params, scope }) => await openApproval(await scope(), params.approval),
  "POST /approvals/{approval}/shown": async ({ params, input, scope, caller, server }) => {
    const its = await scope();
    const approval = sameDigest(await openApproval(its, params.approval), input.digest);
    const shown = await showedApproval(its, approval, whoIs(caller));
    server.changed("approvals");
    return shown;
  },
  "POST /approvals/{approval}/answer": async ({ params, input, scope, caller, server }) => {
    const { digest, decision, message, choices, always } = input;
    if (always !== undefined && always.length > 0) requireRole(caller, "full", "always");
    const its = await scope();
    const approval = sameDigest(await openApproval(its, params.approval), digest);
    const answer = { decision, through: whoIs(caller), ...defined({ message, choices, always }) };
    const answered = await answerApproval(its, approval, answer);
    server.changed("approvals");
    server.changed("sessions", `${approval.sessionId}@${approval.host}`);
    return answered;
  },
};

async function openApproval(scope: Scope, word: string): Promise<ApprovalView> {
  const at = word.indexOf("@");
  const [id, host] = [word.slice(0, at), word.slice(at + 1)];
  await requireHost(scope, host);
  const open = await (await openHost(scope, host)).approvals({});
  const found = open.find((one) => one.id === id && one.state === "open");
  if (found !== undefined) return found;
  throw new CoworkError("APPROVAL_NOT_FOUND", `No open approval has the id ${id}: it may be answered or over.`, {
    hint: "cowork approvals --all",
  });
}

/** The answer is for what the person saw, which the id alone does not say. */
function sameDigest(approval: ApprovalView, digest: string): ApprovalView {
  if (approval.digest === digest) return approval;
  throw new CoworkError("APPROVAL_CHANGED", `Approval ${approval.id} is not the one that was shown.`, {
    hint: "cowork approvals --all",
  });
}

async function idsIn(scope: Scope, root: string): Promise<Set<string>> {
  const { listSessions } = await import("../../app/sessions/list.ts");
  const { sessions } = await listSessions(scope, { all: true, hidden: true });
  return new Set(sessions.filter((one) => one.projectRoot === root).map((one) => `${one.id}@${one.host}`));
}

function noRun(n: string): CoworkError {
  return new CoworkError("RUN_NOT_FOUND", `The session has no run ${n}.`, { hint: "cowork runs --all" });
}
