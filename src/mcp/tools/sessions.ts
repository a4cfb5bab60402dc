import * as z from "zod/mini";
import { diffSession } from "../../app/sessions/exchange.ts";
import { listSessions, statusOfSessions } from "../../app/sessions/list.ts";
import { waitForSessions } from "../../app/work/wait.ts";
import { waitGoals } from "../../app/work/wait-goal.ts";
import { outputs } from "../../contract/output.ts";
import { all, session } from "../inputs.ts";
import { defineTool } from "../tool.ts";

const ofRun = ["run.title", "run.detail", "run.result"];

export const listTool = defineTool({
  name: "list_sessions",
  role: "view",
  title: "List sessions",
  summary:
    "Lists coding sessions (each a git clone in a dev container with its own agent): what the agent does and since when, its newest run, the number of open approvals.",
  input: z.object({ all }),
  output: outputs.list,
  list: "sessions",
  foreign: ["agentState.detail", ...ofRun],
  run: async (scope, { all: every = false }) => ({ sessions: (await listSessions(scope, { all: every })).sessions }),
});

export const statusTool = defineTool({
  name: "session_status",
  role: "view",
  title: "Status of a session",
  summary:
    "Shows one session in detail: git state, what would be lost if it were deleted (unsavedWork), ports, login, agent and run.",
  input: z.object({ session }),
  output: outputs.status,
  list: "sessions",
  foreign: ["agentState.detail", "unsavedWork", "git.branch", ...ofRun],
  run: async (scope, input) => {
    return { sessions: await statusOfSessions(scope, { words: [input.session], all: false, brief: true }) };
  },
});

const maxDiff = 50_000;

export const diffTool = defineTool({
  name: "session_diff",
  role: "view",
  title: "Diff of a session",
  summary:
    "Shows everything a session has changed since it was created, committed or not, as one diff. With stat only files and numbers of lines: use it first, then name paths.",
  input: z.object({
    session,
    stat: z.exactOptional(z.boolean().check(z.describe("Only files and numbers of changed lines"))),
    paths: z.exactOptional(z.array(z.string().check(z.maxLength(4096))).check(z.maxLength(100))),
  }),
  output: outputs.diff,
  foreign: ["text"],
  run: async (scope, { session: word, stat = false, paths = [] }) => {
    const { text, truncated } = await diffSession(scope, word, { stat, paths, columns: 100 });
    return { text: text.slice(0, maxDiff), truncated: truncated || text.length > maxDiff };
  },
});

/** Clients give up a call after a minute by default. */
const waitSeconds = 45;
const maxWaitSeconds = 600;

export const waitTool = defineTool({
  name: "wait_for",
  role: "view",
  title: "Wait for sessions",
  summary:
    "Waits until sessions are done (their last run ended), idle, or waiting (a person is needed). If that does not happen in time, error has the code WAIT_TIMEOUT: call it again.",
  input: z.object({
    sessions: z.array(session).check(z.minLength(1), z.maxLength(50)),
    for: z.exactOptional(z.enum(waitGoals).check(z.describe("Default: done"))),
    any: z.exactOptional(z.boolean().check(z.describe("One of the sessions is enough"))),
    seconds: z.exactOptional(
      z
        .int()
        .check(z.minimum(1), z.maximum(maxWaitSeconds), z.describe(`Longest time to wait (default ${waitSeconds})`)),
    ),
  }),
  output: outputs.wait,
  list: "sessions",
  foreign: ["agentState.detail", ...ofRun],
  run: async (scope, { sessions: words, for: goal = "done", any = false, seconds = waitSeconds }) => {
    const wanted = { words, all: false, goal, any, timeoutMs: seconds * 1000 };
    const { sessions, error } = await waitForSessions(scope, wanted);
    return { sessions, ...(error === undefined ? {} : { error: error.toView() }) };
  },
});
