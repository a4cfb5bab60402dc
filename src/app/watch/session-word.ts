import type { SessionView } from "../../session/types.ts";

/** The word that names a session in commands, from any folder. */
export function wordOf({ id, name, project, host }: Pick<SessionView, "id" | "name" | "project" | "host">): string {
  return `${project === "" ? id : `${project}/${name}`}@${host}`;
}
