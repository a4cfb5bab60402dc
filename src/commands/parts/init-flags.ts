import type { Flags } from "../line/flags.ts";

export const initFlags = {
  from: { type: "string", value: "REF", summary: "start from this branch, tag or commit (else: the project's HEAD)" },
  branch: { type: "string", value: "NAME", summary: "branch of the session (with one session only)" },
  carry: { type: "boolean", summary: "take uncommitted changes and untracked files along" },
  config: {
    type: "string",
    value: "NAME",
    summary: "which dev container configuration: its name, its path, or a folder that has one",
  },
  "base-image": { type: "string", value: "IMG", summary: "image that cowork's template builds on" },
  "no-start": { type: "boolean", summary: "make everything but start no container" },
  "write-config": { type: "boolean", summary: "put cowork's template into the project instead, and make no session" },
  trust: { type: "boolean", summary: "agree to what the configuration asks of this host" },
  "dry-run": { type: "boolean", summary: "show what would be done" },
} as const satisfies Flags;
