import type { Labels } from "../../engine/types.ts";
import type { Paths } from "../../system/paths.ts";

/** The labels by which cowork finds its own objects. Values never contain `=`, which makes `devcontainer up` hang. */
export const label = {
  session: "cowork.session",
  project: "cowork.project",
  name: "cowork.name",
  home: "cowork.home",
  key: "cowork.key",
  /** written by Compose */
  composeProject: "com.docker.compose.project",
  /** written by @devcontainers/cli on the one container of a session that is the dev container */
  localFolder: "devcontainer.local_folder",
} as const;

/** @param home value of `cowork.home` (`homeOf`) */
export function sessionLabels(session: { id: string; name: string; project: string }, home: string): Labels {
  return {
    [label.session]: session.id,
    [label.project]: session.project,
    [label.name]: session.name,
    [label.home]: home,
  };
}

/** The value that stands for this home in the labels of a session. A session keeps it for life, even if the home's id changes. */
export function homeOf({ paths }: { paths: Pick<Paths, "pathHash"> }, record: { home?: string | undefined }): string {
  return record.home ?? paths.pathHash;
}
