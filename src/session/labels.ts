import type { Labels } from "../engine/types.ts";

/** The labels by which cowork finds what is its own. Values never hold `=`: `devcontainer up` hangs on it (facts). */
export const label = {
  session: "cowork.session",
  project: "cowork.project",
  name: "cowork.name",
  home: "cowork.home",
  key: "cowork.key",
  /** written by @devcontainers/cli on the one container of a session that is the dev container */
  localFolder: "devcontainer.local_folder",
} as const;

export function sessionLabels(session: { id: string; name: string; project: string }, homeHash: string): Labels {
  return {
    [label.session]: session.id,
    [label.project]: session.project,
    [label.name]: session.name,
    [label.home]: homeHash,
  };
}
