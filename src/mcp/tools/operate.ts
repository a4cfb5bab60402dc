import * as z from "zod/mini";
import { startRuns } from "../../app/work/start-runs.ts";
import { stopRun } from "../../app/work/stop-run.ts";
import { sendPrompt } from "../../app/work/talk.ts";
import { agentIds } from "../../contract/agents.ts";
import { outputs } from "../../contract/output.ts";
import { CoworkError } from "../../errors.ts";
import { prompt, session } from "../inputs.ts";
import { defineTool } from "../tool.ts";

/** An agent gives another one no more than this, whatever the configuration says: the rest is for a person to decide. */
const most = "edits";

const foreign = ["run.title", "run.detail", "run.result"];

export const startRunTool = defineTool({
  name: "start_run",
  role: "operate",
  title: "Start a run",
  summary:
    "Hands a task over to the agent of a session, unattended, and returns at once with the run. A new name creates the session from the project's current commit. Follow it with wait_for.",
  input: z.object({
    session,
    task: prompt.check(z.describe("The whole task: the agent knows nothing of this conversation")),
    action: z.exactOptional(
      z
        .enum(["implement", "plan", "analyze", "review"])
        .check(z.describe("Default: implement. plan waits for a person; analyze and review change nothing")),
    ),
    permissions: z.exactOptional(
      z
        .enum(["ask", "edits"])
        .check(z.describe("What needs no question: nothing that changes something, or edits of files")),
    ),
    resume: z.exactOptional(z.boolean().check(z.describe("Continue the conversation of the session's last run"))),
    from: z.exactOptional(
      z.string().check(z.maxLength(1000), z.describe("A new session starts from this branch, tag or commit")),
    ),
    agent: z.exactOptional(
      z
        .enum(agentIds)
        .check(z.describe("The agent of a new session (default: as configured); a session that exists keeps its own")),
    ),
  }),
  output: outputs.run,
  foreign,
  run: async (scope, { session: word, task, action = "implement", permissions, resume = false, from, agent }) => {
    const isReadOnly = action === "analyze" || action === "review";
    const [started] = await startRuns(scope, {
      session: word,
      prompt: task,
      action,
      permissions,
      most,
      path: undefined,
      model: undefined,
      budget: undefined,
      timeout: undefined,
      maxTurns: undefined,
      commit: isReadOnly ? "off" : "auto",
      copies: 1,
      resume: resume ? "last" : undefined,
      fresh: { from, branch: undefined, carry: false, agent },
    });
    if (started === undefined) throw new CoworkError("INTERNAL", "No run was started.");
    return { run: started.run };
  },
});

export const sendTool = defineTool({
  name: "send_prompt",
  role: "operate",
  title: "Send a prompt",
  summary:
    "Says more to a session's agent, in the same conversation: to its active run, else in a new run that continues it. Refused while the agent waits for a person.",
  input: z.object({ session, text: prompt }),
  output: outputs.send,
  foreign,
  run: async (scope, { session: word, text }) => await sendPrompt(scope, word, text, { most, through: "mcp" }),
});

export const stopRunTool = defineTool({
  name: "stop_run",
  role: "operate",
  title: "Stop a run",
  summary: "Ends an active run. Its session, its work and its conversation stay.",
  input: z.object({ run: z.string().check(z.maxLength(300), z.describe("A run such as api:3")) }),
  output: outputs.run,
  foreign,
  run: async (scope, { run }) => ({ run: await stopRun(scope, run) }),
});
