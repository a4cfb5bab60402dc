import type { Flags, Positional } from "./command.ts";

export const allFlag = { all: { type: "boolean", summary: "sessions of every project" } } as const satisfies Flags;

export const someSessions: Positional = {
  name: "session",
  summary: "names of sessions; none: all of this project",
  many: true,
  complete: "session",
};

export const oneSession: Positional = {
  name: "session",
  summary: "name of a session; none: the one whose clone you are in, the project's only one, or you are asked",
  complete: "session",
};
