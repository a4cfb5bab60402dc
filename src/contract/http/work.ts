import * as z from "zod/mini";
import { agentId } from "../agents.ts";
import { outputs } from "../output.ts";
import { approvalView } from "../work/approval.ts";
import { sent } from "../work/calls.ts";
import { runPermissions } from "../work/permissions.ts";
import { runAction, runView } from "../work/run.ts";
import { transcriptAnswer } from "../work/transcript.ts";
import { started } from "./operations.ts";
import { flag, sessionParam, whole, type RouteContract } from "./route.ts";

// Agents at work: runs, transcripts, what waits for a person.

const found = ["SESSION_NOT_FOUND", "HOST_UNREACHABLE"] as const;
const text = z.string().check(z.minLength(1), z.maxLength(200_000));
const name = z.string().check(z.minLength(1), z.maxLength(63));

const runParam = z.extend(sessionParam, { run: z.string().check(z.regex(/^[1-9]\d{0,8}$/)) });

/** `{id}@{host}`, such as `q7f@local` */
const approvalParam = z.object({ approval: z.string().check(z.regex(/^[a-z][a-z0-9]{1,15}@[^\s/@]+$/)) });

const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

export const workRoutes = {
  "GET /runs": {
    role: "view",
    summary: "List runs, the newest first",
    query: z.object({
      /** `{id}@{host}` */
      session: z.exactOptional(z.string()),
      /** id of a project */
      project: z.exactOptional(z.string()),
      /** only those that have not ended */
      active: z.exactOptional(flag),
    }),
    output: outputs.runs,
    errors: found,
  },
  "POST /runs": {
    role: "operate",
    summary: "Hand a task to an agent, unattended, in a session that exists or in a new one",
    details:
      'Either `session` (`{id}@{host}`), or `project` and `name` of a new session. `permissions: "all"` needs the role full.',
    input: z.object({
      session: z.exactOptional(z.string()),
      project: z.exactOptional(z.string()),
      name: z.exactOptional(name),
      host: z.exactOptional(name),
      from: z.exactOptional(z.string().check(z.maxLength(250), z.regex(/^[^-\s]/))),
      /** of a new session; one that exists must have it */
      agent: z.exactOptional(agentId),
      prompt: text,
      action: z.exactOptional(runAction),
      model: z.exactOptional(z.string().check(z.maxLength(100), z.regex(/^[^-\s]/))),
      permissions: z.exactOptional(runPermissions),
      /** USD at list prices; 0: no limit */
      budget: z.exactOptional(z.number().check(z.nonnegative())),
      /** a duration, such as `4h` */
      timeout: z.exactOptional(z.string().check(z.maxLength(20))),
      commit: z.exactOptional(z.enum(["auto", "off"])),
      /** continue the conversation of the newest run, or of that one */
      resume: z.exactOptional(z.union([z.int().check(z.positive()), z.literal("last")])),
    }),
    output: started,
    status: 202,
    errors: found,
  },
  "GET /sessions/{session}/runs/{run}": {
    role: "view",
    summary: "Show one run",
    params: runParam,
    output: z.object({ run: runView }),
    errors: [...found, "RUN_NOT_FOUND"],
  },
  "POST /sessions/{session}/runs/{run}/stop": {
    role: "operate",
    summary: "End an active run, whatever it does; the conversation stays",
    params: runParam,
    output: z.object({ run: runView }),
    errors: [...found, "RUN_NOT_FOUND"],
  },
  "GET /sessions/{session}/runs/{run}/artifacts/{artifact}": {
    role: "view",
    summary: "Download a file that a run left",
    params: z.extend(runParam, { artifact: z.string().check(z.regex(/^[a-z][\w.-]{0,99}$/)) }),
    as: "application/octet-stream",
    errors: [...found, "RUN_NOT_FOUND"],
  },
  "GET /sessions/{session}/transcript": {
    role: "view",
    summary: "The transcript of a session, as data",
    details:
      "Of the newest run and of what the agent did in a terminal since, or of one `run`. `after` is the cursor of the last answer; without it, it begins at the start of the run. `more`: ask again at once. Poll it when the stream tells of an event of the session.",
    params: sessionParam,
    query: z.object({
      run: z.exactOptional(whole),
      after: z.exactOptional(z.string().check(z.maxLength(200))),
    }),
    output: transcriptAnswer,
    errors: [...found, "RUN_NOT_FOUND"],
  },
  "POST /sessions/{session}/prompts": {
    role: "approve",
    summary: "Say more to a session's agent, in the same conversation",
    params: sessionParam,
    input: z.object({ text }),
    output: sent,
    errors: [...found, "AGENT_BUSY", "NO_CONVERSATION"],
  },
  "POST /sessions/{session}/interrupt": {
    role: "approve",
    summary: "Stop what a session's agent does now; the container stays",
    params: sessionParam,
    output: z.object({ how: z.string() }),
    errors: found,
  },
  "GET /approvals": {
    role: "view",
    summary: "What waits for a person, the oldest first",
    details: "The same as `cowork approvals --all --json`.",
    output: z.object({ approvals: z.array(approvalView) }),
    errors: [],
  },
  "GET /approvals/{approval}": {
    role: "view",
    summary: "Show one open approval, whole",
    params: approvalParam,
    output: approvalView,
    errors: ["APPROVAL_NOT_FOUND", "HOST_UNREACHABLE"],
  },
  "POST /approvals/{approval}/shown": {
    role: "approve",
    summary: "Record that a person saw the whole request",
    params: approvalParam,
    input: z.object({ digest }),
    output: approvalView,
    errors: ["APPROVAL_NOT_FOUND", "APPROVAL_CHANGED", "HOST_UNREACHABLE"],
  },
  "POST /approvals/{approval}/answer": {
    role: "approve",
    summary: "Answer an approval as it was shown",
    details:
      "`digest` is that of the request that was shown; another one is refused (409). `always` adds rules of the request to the session's policy and needs the role full. Of two answers the first counts: the second is APPROVAL_NOT_FOUND (410).",
    params: approvalParam,
    input: z.object({
      digest,
      decision: z.enum(["allow", "deny"]),
      /** passed to the agent with `deny` */
      message: z.exactOptional(z.string().check(z.maxLength(10_000))),
      /** chosen labels, for each question of kind `answer` */
      choices: z.exactOptional(z.array(z.array(z.string()))),
      always: z.exactOptional(z.array(z.string())),
    }),
    output: approvalView,
    errors: ["APPROVAL_NOT_FOUND", "APPROVAL_CHANGED", "HOST_UNREACHABLE"],
  },
} as const satisfies Record<string, RouteContract>;
