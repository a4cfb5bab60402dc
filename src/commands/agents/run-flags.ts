import type { Flags } from "../line/flags.ts";
import { agentFlag } from "../sessions/agent-flag.ts";

export const runFlags = {
  file: { type: "string", short: "F", value: "FILE", summary: "Read the task from a file; - is stdin" },
  action: { type: "string", value: "ACTION", summary: "implement (default), plan, analyze or review" },
  path: { type: "string", value: "PATH", summary: "Folder of the clone to work in (default: its root)" },
  ...agentFlag,
  model: { type: "string", value: "MODEL", summary: "Model (default: MODEL in the configuration)" },
  permissions: {
    type: "string",
    value: "WHAT",
    summary: "What is allowed without asking: ask, edits or all (default: PERMISSIONS)",
  },
  budget: { type: "string", value: "USD", summary: "Money to spend at most, at list prices (default: BUDGET)" },
  timeout: { type: "string", value: "TIME", summary: "Time to work at most, e.g. 30m (default: TIMEOUT)" },
  "max-turns": { type: "string", value: "N", summary: "Turns of the agent at most" },
  commit: { type: "string", value: "WHEN", summary: "auto (default): commit what is left at the end; or off" },
  copies: { type: "string", value: "N", summary: "Do it in N sessions at once: name-1, name-2 …" },
  resume: {
    type: "string",
    value: "RUN",
    summary: "Continue the conversation of the last run, or of RUN",
    optional: { matches: /^(?:\S+:)?[1-9]\d{0,8}$/, otherwise: "last" },
  },
  wait: { type: "boolean", summary: "Wait for the end; on a terminal, answer questions there" },
  "dry-run": { type: "boolean", summary: "Show what would be done, and exit" },
  from: { type: "string", value: "REF", summary: "A new session starts from this branch, tag or commit" },
  branch: { type: "string", value: "NAME", summary: "Name of a new session's branch" },
  carry: { type: "boolean", summary: "Copy uncommitted changes into a new session" },
  trust: { type: "boolean", summary: "Trust what the configuration asks of the host" },
} as const satisfies Flags;
