import * as z from "zod/mini";
import { agentId } from "../agents.ts";
import { texts } from "../common.ts";
import { check } from "../check.ts";
import { initPlan } from "../devcontainer/init-plan.ts";
import { authStatus, logoutResult } from "../login.ts";
import { cleanOutcome, outcome } from "../outcome.ts";
import {
  cleanOptions,
  diffOptions,
  initRequest,
  oneSession,
  selector,
  startOptions,
  statusOptions,
  stopOptions,
} from "./requests.ts";
import { sessionStatus, sessionView } from "../session.ts";
import { settings } from "../settings.ts";
import { workCalls } from "../work/calls.ts";

/** Input and output of functions that one side offers the other. */
export type Calls = Record<string, { input: z.ZodMiniType<unknown[]>; output: z.ZodMiniType }>;
export type Inputs<T extends Calls> = { [M in keyof T]: z.infer<T[M]["input"]> };
export type Outputs<T extends Calls> = { [M in keyof T]: z.infer<T[M]["output"]> };
export type Functions<T extends Calls> = {
  [M in keyof T]: (...args: Inputs<T>[M]) => Promise<Outputs<T>[M]> | Outputs<T>[M];
};

/** Functions of the session host with plain data as input and output. */
export const hostCalls = {
  planInit: { input: z.tuple([initRequest]), output: initPlan },
  /** Creates or completes sessions, several at once. Asks for trust before anything is made. One outcome per name, in order. */
  init: { input: z.tuple([initRequest]), output: z.array(outcome) },
  /** One engine call for all. Sorted by project, then name. */
  list: { input: z.tuple([selector]), output: z.array(sessionView) },
  status: { input: z.tuple([selector, statusOptions]), output: z.array(sessionStatus) },
  start: { input: z.tuple([selector, startOptions]), output: z.array(outcome) },
  stop: { input: z.tuple([selector, stopOptions]), output: z.array(outcome) },
  clean: { input: z.tuple([selector, cleanOptions]), output: z.array(cleanOutcome) },
  /** Removes shared images that no session uses (`dryRun`: only lists them). Returns their tags. */
  cleanImages: {
    input: z.tuple([z.object({ dryRun: z.boolean(), project: z.exactOptional(z.string()) })]),
    output: texts,
  },
  /** What a session has changed since it started, as text that is safe to show. */
  diff: {
    input: z.tuple([oneSession, diffOptions]),
    output: z.object({
      /** the output of git, with control characters made visible; ends with a line end unless it is empty */
      text: z.string(),
      /** it was too long and was cut */
      truncated: z.boolean(),
    }),
  },
  doctor: { input: z.tuple([z.object({ fix: z.boolean() })]), output: z.array(check) },
  /** Who is logged in on this host, until when, and what could replace the login. Uses no network. */
  authStatus: { input: z.tuple([agentId]), output: authStatus },
  logout: { input: z.tuple([z.object({ settings })]), output: logoutResult },
  ...workCalls,
} as const satisfies Calls;

export type HostMethod = keyof typeof hostCalls;
export type HostInputs = Inputs<typeof hostCalls>;
export type HostOutputs = Outputs<typeof hostCalls>;
export type HostCalls = { [M in HostMethod]: (...args: HostInputs[M]) => Promise<HostOutputs[M]> };
