import { projectRoot } from "../../app/serve/api-projects.ts";
import { findById, requireHost } from "../../app/serve/session-word.ts";
import { cleanPreview } from "../../app/serve/clean-preview.ts";
import { withMarks } from "../../app/merging/with-marks.ts";
import { listSessions, statusOfSessions } from "../../app/sessions/list.ts";
import type { sessionRoutes } from "../../contract/http/sessions.ts";
import { usageError } from "../../errors.ts";
import { begin } from "../begin.ts";
import { collectTail } from "../tail.ts";
import { defined } from "../../system/defined.ts";
import { requireRole, type Handlers } from "../route.ts";

const defaultTail = 256 * 1024;
const mostTail = 2 * 1024 * 1024;

export const sessionHandlers: Handlers<keyof typeof sessionRoutes> = {
  "GET /sessions": async ({ query, scope }) => {
    const its = await scope();
    const { host, state, project } = query;
    if (host !== undefined) await requireHost(its, host);
    const root = project === undefined ? undefined : await projectRoot(its, project);
    const all =
      query.detail === "true"
        ? await statusOfSessions(its, { words: [], all: true, brief: true })
        : (await listSessions(its, { all: true, hidden: true })).sessions;
    return {
      sessions: all
        .filter((one) => query.hidden === "true" || one.hidden !== true)
        .filter((one) => host === undefined || one.host === host)
        .filter((one) => root === undefined || one.projectRoot === root)
        .filter((one) => state === undefined || one.state === state || one.agentState?.state === state),
    };
  },
  "POST /sessions": async (call) => {
    const { project, names, host, from, branch, config, agent, carry = false } = call.input;
    const its = await call.scope();
    await projectRoot(its, project);
    if (host !== undefined) await requireHost(its, host);
    const given = defined({ project, names, host, from, branch, config, agent, carry });
    return await begin(call, { kind: "init", ...given });
  },
  "GET /sessions/{session}": async ({ params, query, scope }) => {
    const { scope: its, selector, host } = await findById(await scope(), params.session, "status");
    const { precious } = await its.settings();
    const [status] = await host.status(selector, { precious, ...(query.brief === "true" ? { brief: true } : {}) });
    if (status === undefined) throw usageError("The host has no such session.", "cowork list --all");
    const [shown = status] = withMarks(its.ctx, [status]);
    return shown;
  },
  "GET /sessions/{session}/diff": async ({ params, query, scope }) => {
    const { selector, host } = await findById(await scope(), params.session, "diff");
    const paths = query.path === undefined ? [] : [pathInside(query.path)];
    return await host.diff(selector, { stat: query.stat === "true", paths, columns: 100 });
  },
  "GET /sessions/{session}/log": async ({ params, query, scope }) => {
    const { selector, host } = await findById(await scope(), params.session, "logs");
    const out = collectTail(Math.min(mostTail, Number(query.tail ?? defaultTail)));
    const show = query.kind === "setup" ? "setup" : query.run === undefined ? "agent" : { run: Number(query.run) };
    await host.logs(selector, { follow: false, show }, out.stream);
    return out.take();
  },
  "POST /sessions/{session}/start": async (call) => {
    const { rebuild = false, force = false } = call.input;
    if (force) requireRole(call.caller, "full", "force");
    return await begin(call, { kind: "start", session: call.params.session, rebuild, force });
  },
  "POST /sessions/{session}/stop": async (call) => {
    const { hide = false, force = false } = call.input;
    if (force) requireRole(call.caller, "full", "force");
    return await begin(call, { kind: "stop", session: call.params.session, hide, force });
  },
  "POST /sessions/{session}/pull": async (call) => {
    const { apply = false, uncommitted = false, branch } = call.input;
    const { session } = call.params;
    return await begin(call, { kind: "pull", session, apply, uncommitted, ...defined({ branch }) });
  },
  "GET /sessions/{session}/clean-preview": async ({ params, scope }) => ({
    session: await cleanPreview(await scope(), params.session),
  }),
  "POST /sessions/{session}/clean": async (call) => {
    const { force = false, unsaved } = call.input;
    if (force) requireRole(call.caller, "full", "force");
    if (force && unsaved === undefined)
      throw usageError("force needs the list of what would be lost, as clean-preview shows it.", "");
    return await begin(call, { kind: "clean", session: call.params.session, force, unsaved: unsaved ?? [] });
  },
};

/** A path in the clone for git: never one of its options or special patterns. */
function pathInside(path: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (path === "" || /^[:/-]/.test(path) || /[\u0000-\u001f]/.test(path) || path.split("/").includes(".."))
    throw usageError("The path must be one inside the clone.", "");
  return `:(literal)${path}`;
}
