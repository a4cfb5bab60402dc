/** Labels of images. Those of containers are in session/. */
export const imageLabel = {
  project: "cowork.project",
  home: "cowork.home",
  key: "cowork.key",
  /** `base`, `template` or `authorities`: belongs to no project and no home, and can be used by all of an engine */
  shared: "cowork.shared",
  /** what a shared image depends on, except the ids of its base images */
  inputs: "cowork.inputs",
  /** the dev container's user, and its uid */
  user: "cowork.user",
  uid: "cowork.uid",
  /** the Compose service that it was built for, if it is not the dev container's */
  service: "cowork.service",
  metadata: "devcontainer.metadata",
} as const;

/** Returns the repository of a project's images. A project's name may contain what an image's name must not, for example `a_.b`. */
export function repositoryOf(project: { name: string }): string {
  const name = project.name.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `cowork-${name || "project"}`;
}
