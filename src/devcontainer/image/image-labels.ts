/** Labels of images (containers have theirs from session/). */
export const imageLabel = {
  project: "cowork.project",
  home: "cowork.home",
  key: "cowork.key",
  /** `base`, `template`, `authorities`: belongs to no project and no home, everything of an engine may use it */
  shared: "cowork.shared",
  /** what a shared image depends on, apart from the ids of the images it begins with */
  inputs: "cowork.inputs",
  /** the user that the dev container works as, and its uid */
  user: "cowork.user",
  uid: "cowork.uid",
  /** the Compose service that it was built for, where that is not the dev container's own */
  service: "cowork.service",
  metadata: "devcontainer.metadata",
} as const;

/** Name of a project's images. A project's own name may hold what an image's may not, `a_.b` for one. */
export function repositoryOf(project: { name: string }): string {
  const name = project.name.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `cowork-${name || "project"}`;
}
