import * as z from "zod/mini";
import { agentId } from "../agents.ts";
import { texts } from "../common.ts";
import { hostCalls } from "../remote/rpc.ts";
import { cleanOutcome } from "../outcome.ts";
import { listed } from "../output.ts";
import { sessionStatus } from "../session.ts";
import { started } from "./operations.ts";
import { flag, sessionParam, whole, type RouteContract } from "./route.ts";

const found = ["SESSION_NOT_FOUND", "HOST_UNREACHABLE"] as const;
const name = z.string().check(z.minLength(1), z.maxLength(63));
/** Of a branch, a commit, a configuration: never an option of a program. */
const gitName = z.string().check(z.maxLength(250), z.regex(/^[^-\s]/));

export const sessionRoutes = {
  "GET /sessions": {
    role: "view",
    summary: "List the sessions of every project and host",
    details:
      "The same as `cowork list --all --json`. With `detail=true` each session is what `GET /sessions/{session}` gives, without disk and resources, which takes longer.",
    query: z.object({
      /** id of a project */
      project: z.exactOptional(z.string()),
      host: z.exactOptional(z.string()),
      /** a state of the session or of its agent, e.g. `running`, `waiting` */
      state: z.exactOptional(z.string()),
      /** with those that `stop --hide` left out */
      hidden: z.exactOptional(flag),
      detail: z.exactOptional(flag),
    }),
    output: z.object({
      sessions: z.array(z.union([sessionStatus, listed])),
    }),
    errors: ["ENGINE_UNREACHABLE"],
  },
  "POST /sessions": {
    role: "operate",
    summary: "Create sessions in a project",
    input: z.object({
      /** id of a project, from `GET /projects` */
      project: z.string(),
      names: z.array(name).check(z.minLength(1), z.maxLength(20)),
      /** where the sessions live; absent: as the project's configuration says */
      host: z.exactOptional(name),
      /** branch, tag or commit to start from */
      from: z.exactOptional(gitName),
      branch: z.exactOptional(gitName),
      /** absent: as the project's configuration says */
      agent: z.exactOptional(agentId),
      /** name of the dev container configuration */
      config: z.exactOptional(gitName),
      /** copy the project's uncommitted changes */
      carry: z.exactOptional(z.boolean()),
    }),
    output: started,
    status: 202,
    errors: [],
  },
  "GET /sessions/{session}": {
    role: "view",
    summary: "Show one session: git, unsaved work, disk, ports, login",
    params: sessionParam,
    query: z.object({ brief: z.exactOptional(flag) }),
    output: sessionStatus,
    errors: found,
  },
  "GET /sessions/{session}/diff": {
    role: "view",
    summary: "What a session has changed since it started, as git's text",
    details:
      "`path` limits it to one file or folder, `stat=true` gives a summary. `truncated`: it was too long and was cut.",
    params: sessionParam,
    query: z.object({ path: z.exactOptional(z.string().check(z.maxLength(4096))), stat: z.exactOptional(flag) }),
    output: hostCalls.diff.output,
    errors: [...found, "CLONE_MISSING", "CONTAINER_MISSING"],
  },
  "GET /sessions/{session}/log": {
    role: "view",
    summary: "The end of a log, as text that is safe to show",
    details:
      "`kind=setup` is how the dev container came up, `agent` (default) what the agent did; `run` limits it to one run.",
    params: sessionParam,
    query: z.object({
      kind: z.exactOptional(z.enum(["agent", "setup"])),
      run: z.exactOptional(whole),
      /** bytes from its end, at most (default 256 KiB, 2 MiB at most) */
      tail: z.exactOptional(whole),
    }),
    output: z.object({ text: z.string(), truncated: z.boolean() }),
    errors: [...found, "RUN_NOT_FOUND"],
  },
  "POST /sessions/{session}/start": {
    role: "operate",
    summary: "Start a session, or rebuild its dev container",
    details: "`force` (rebuild although a run is active) needs the role full.",
    params: sessionParam,
    input: z.object({ rebuild: z.exactOptional(z.boolean()), force: z.exactOptional(z.boolean()) }),
    output: started,
    status: 202,
    errors: found,
  },
  "POST /sessions/{session}/stop": {
    role: "operate",
    summary: "Stop a session; with `hide` also leave it out of lists",
    details: "`force` (end a run that is active) needs the role full.",
    params: sessionParam,
    input: z.object({ hide: z.exactOptional(z.boolean()), force: z.exactOptional(z.boolean()) }),
    output: started,
    status: 202,
    errors: found,
  },
  "POST /sessions/{session}/pull": {
    role: "operate",
    summary: "Bring a session's work into the project, as branches or with `apply` as uncommitted changes",
    params: sessionParam,
    input: z.object({
      apply: z.exactOptional(z.boolean()),
      /** name of the branch in the project */
      branch: z.exactOptional(gitName),
      /** also the uncommitted changes, as a branch `…-wip` */
      uncommitted: z.exactOptional(z.boolean()),
    }),
    output: started,
    status: 202,
    errors: found,
  },
  "GET /sessions/{session}/clean-preview": {
    role: "view",
    summary: "What a clean would remove, and what would be lost",
    params: sessionParam,
    output: z.object({ session: cleanOutcome }),
    errors: found,
  },
  "POST /sessions/{session}/clean": {
    role: "operate",
    summary: "Remove a session; refused if work would be lost",
    details:
      "`force` needs the role full, and `unsaved` must be the list that `clean-preview` showed: other work is not lost by it.",
    params: sessionParam,
    input: z.object({ force: z.exactOptional(z.boolean()), unsaved: z.exactOptional(texts) }),
    output: started,
    status: 202,
    errors: [...found, "WORK_UNSAVED"],
  },
} as const satisfies Record<string, RouteContract>;
