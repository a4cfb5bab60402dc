import type { Flags, Positional } from "./command.ts";

export const allFlag = {
  all: { type: "boolean", summary: "Include the sessions of every project" },
} as const satisfies Flags;

export const someSessions: Positional = {
  name: "session",
  summary: "Names of sessions (default: all sessions of this project)",
  many: true,
  complete: "session",
};

export const oneSession: Positional = {
  name: "session",
  summary: "Name of a session (default: the current clone's or the project's only session; otherwise cowork asks)",
  complete: "session",
};
