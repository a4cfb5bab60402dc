import type { SessionStatus, SessionView } from "../types.ts";

/** What `status` reports for a session that cannot be inspected: all of it counts as unsaved. */
export function unknownStatus(why: string): Omit<SessionStatus, keyof SessionView | "login"> {
  return {
    git: null,
    unsaved: true,
    unsavedWork: [why],
    disk: { clone: 0, state: 0 },
    resources: null,
    ports: [],
    volumes: [],
    carried: [],
    changes: [],
  };
}
