import * as z from "zod/mini";
import { configKind, jsonObject, texts } from "./common.ts";
import { finding } from "./questions.ts";

// `state/{id}/devcontainer/plan.json` and `mounts.json`: what was agreed to, and what a start goes by.

/** A Dockerfile and its context, as paths in the source. */
export const buildInput = z.object({
  /** folder; empty for the root of the tree */
  context: z.string(),
  dockerfile: z.string(),
  /** Compose only: the Dockerfile's text stands in the Compose file itself; then `dockerfile` is empty */
  inline: z.exactOptional(z.string()),
  target: z.exactOptional(z.string()),
  /** of a Compose service; those of devcontainer.json stay in `config.build` */
  args: z.exactOptional(z.record(z.string(), z.string())),
});

/** A Compose configuration, resolved once from the snapshot. Paths in the tree start with `treeRoot`. */
export const composePlan = z.object({
  /** the project's own Compose files and all that they name, as paths in the source */
  files: texts,
  /** which program resolved it: a file of one is read again by the same one */
  program: z.enum(["docker compose", "docker-compose"]),
  /** name of the dev container's own service */
  service: z.string(),
  /** what `config` gave, rewritten so that several sessions can run it side by side */
  canonical: jsonObject,
  /** services that are built, the dev container's own included where it is */
  builds: z.array(z.extend(buildInput, { service: z.string() })),
  /** image of the dev container's own service; absent where it is built */
  image: z.exactOptional(z.string()),
  /** user of the dev container's own service, where Compose names one */
  user: z.exactOptional(z.string()),
});

/** What a project's dev container configuration comes to, before anything is made. Plain data: it is kept as JSON. */
export const devcontainerPlan = z.object({
  kind: configKind,
  /** path in the source; null for the template */
  path: z.nullable(z.string()),
  /** devcontainer.json as parsed, `${…}` verbatim */
  config: jsonObject,
  /** the part of the repository that the configuration is for, where it is not all of it: `backend` */
  subfolder: z.exactOptional(z.string()),
  /** what was changed so that sessions can run side by side, one line each */
  changes: texts,
  /** what reaches the host, judged from the files alone; the image's label is judged after the build */
  findings: z.array(finding),
  /** everything the host would evaluate, hashed: trust is given for this */
  trustHash: z.string(),
  /** a devcontainer-lock.json stands beside the config; without one `--no-lockfile` keeps the CLI from writing it */
  hasLockfile: z.boolean(),
  /** kind `dockerfile`: what is built */
  build: z.exactOptional(buildInput),
  compose: z.exactOptional(composePlan),
  /** paths in the source that the snapshot keeps: config, lock file, local features, Compose files and what they name */
  files: texts,
  /**
   * paths that are mounted, counted from the clone (empty: its root): none may be a link when a container starts. Those that
   * begin with `..` lie in the session's own folder in place of what is beside the project
   */
  cloneBinds: texts,
  /** what a person should know, one line each: which configuration was chosen, what is not set */
  notes: z.exactOptional(texts),
  /** files that the configuration names, that the source does not have, and that may come with the clone */
  missing: z.exactOptional(texts),
  /** something of the host was left out, for nobody has agreed to it yet: to be planned again when somebody has */
  isReduced: z.exactOptional(z.boolean()),
});

/** A bind mount of ours, by absolute host path. */
export const extraMount = z.object({
  source: z.string(),
  target: z.string(),
  readOnly: z.exactOptional(z.boolean()),
});

/** What was planned for the containers that the override makes. */
export const keptMounts = z.object({
  /** cowork's own mounts in the dev container, as they have to be there */
  ours: z.array(extraMount),
  /** somebody said yes to what reaches the host */
  isAgreed: z.boolean(),
});

export type BuildInput = z.infer<typeof buildInput>;
export type ComposePlan = z.infer<typeof composePlan>;
export type DevcontainerPlan = z.infer<typeof devcontainerPlan>;
export type ExtraMount = z.infer<typeof extraMount>;
