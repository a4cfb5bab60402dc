import type { Flags } from "../line/flags.ts";
import { agentFlag } from "./agent-flag.ts";

export const initFlags = {
  ...agentFlag,
  from: {
    type: "string",
    value: "REF",
    summary: "Start from this branch, tag or commit (default: the project's HEAD)",
  },
  branch: { type: "string", value: "NAME", summary: "Name of the session's branch (one session only)" },
  carry: { type: "boolean", summary: "Include uncommitted changes and untracked files" },
  config: {
    type: "string",
    value: "NAME",
    summary: "Dev container configuration: its name, its path, or a folder that has one",
  },
  "base-image": { type: "string", value: "IMG", summary: "Base image of cowork's default dev container" },
  "no-start": { type: "boolean", summary: "Create everything but do not start the container" },
  "write-config": { type: "boolean", summary: "Write the default dev container to the project and exit" },
  trust: { type: "boolean", summary: "Trust what the configuration asks of the host" },
  "dry-run": { type: "boolean", summary: "Show what would be done, and exit" },
} as const satisfies Flags;
