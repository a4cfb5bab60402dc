import * as z from "zod/mini";
import { listApprovals } from "../../app/work/approvals.ts";
import { readEvents } from "../../app/work/events.ts";
import { listRuns } from "../../app/work/list-runs.ts";
import { outputs } from "../../contract/output.ts";
import { sessionEvent, type SessionEvent } from "../../contract/work/history.ts";
import { all, limit, session } from "../inputs.ts";
import { defineTool } from "../tool.ts";

const usualRuns = 20;
const usualEvents = 50;

export const runsTool = defineTool({
  name: "list_runs",
  role: "view",
  title: "List runs",
  summary:
    "Lists runs (unattended work of an agent in a session), the newest first: state, reason, cost at list prices, turns, the agent's last text.",
  input: z.object({
    session: z.exactOptional(session.check(z.describe("A session, or one run such as api:3"))),
    all,
    limit: limit(100, usualRuns),
  }),
  output: outputs.runs,
  list: "runs",
  foreign: ["title", "detail", "result"],
  run: async (scope, { session: word, all: every = false, limit: most = usualRuns }) => ({
    runs: (await listRuns(scope, word, { all: every })).slice(0, most),
  }),
});

export const eventsTool = defineTool({
  name: "recent_events",
  role: "view",
  title: "Recent events",
  summary: "Gives the last events of sessions, the oldest first: agents, runs, approvals, prompts.",
  input: z.object({
    sessions: z.exactOptional(z.array(session).check(z.maxLength(50))),
    all,
    since: z.exactOptional(
      z
        .string()
        .check(
          z.maxLength(100),
          z.describe("A time (2026-03-01T12:00) or a duration before now (10m, 2h; default 1h)"),
        ),
    ),
    types: z.exactOptional(
      z.array(z.string().check(z.maxLength(100))).check(z.maxLength(20), z.describe("Prefixes of types, e.g. run")),
    ),
    limit: limit(200, usualEvents),
  }),
  output: z.object({ events: z.array(sessionEvent) }),
  list: "events",
  lastFirst: true,
  foreign: ["data"],
  run: async (scope, { sessions: words = [], all: every = false, since = "1h", types, limit: most = usualEvents }) => {
    let events: SessionEvent[] = [];
    const wanted = { words, all: every, since, types: types?.join(","), follow: false };
    await readEvents(scope, wanted, (more) => (events = [...events, ...more].slice(-most)));
    return { events };
  },
});

export const approvalsTool = defineTool({
  name: "list_approvals",
  role: "view",
  title: "List open approvals",
  summary:
    "Lists what agents wait for a person to decide. It can be read here, never answered: a person answers with `cowork approvals`.",
  input: z.object({ all }),
  output: outputs.approvals,
  list: "approvals",
  foreign: ["text", "input", "questions", "rules", "tool", "folder"],
  run: async (scope, { all: every = false }) => ({ approvals: await listApprovals(scope, { all: every }) }),
});
