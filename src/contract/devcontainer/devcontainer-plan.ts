import * as z from "zod/mini";
import { configKind, jsonObject, texts } from "../common.ts";
import { finding } from "../questions.ts";

// `state/{id}/devcontainer/plan.json` and `mounts.json`: what was agreed to, and what a start uses.

/** A Dockerfile and its context, as paths in the source. */
export const buildInput = z.object({
  /** folder; empty for the root of the tree */
  context: z.string(),
  dockerfile: z.string(),
  /** Compose only: the Dockerfile's text is in the Compose file itself; then `dockerfile` is empty */
  inline: z.exactOptional(z.string()),
  target: z.exactOptional(z.string()),
  /** of a Compose service; those of devcontainer.json are in `config.build` */
  args: z.exactOptional(z.record(z.string(), z.string())),
});

/** A Compose configuration, resolved once from the snapshot. Paths in the tree start with `treeRoot`. */
export const composePlan = z.object({
  /** the project's Compose files and all files that they refer to, as paths in the source */
  files: texts,
  /** the program that resolved it: the same one must read the result again */
  program: z.enum(["docker compose", "docker-compose"]),
  /** name of the dev container's own service */
  service: z.string(),
  /** output of `config`, rewritten so that several sessions can run side by side */
  canonical: jsonObject,
  /** services that are built, possibly including the dev container's own */
  builds: z.array(z.extend(buildInput, { service: z.string() })),
  /** image of the dev container's own service; absent if it is built */
  image: z.exactOptional(z.string()),
  /** user of the dev container's own service, if the Compose files set one */
  user: z.exactOptional(z.string()),
});

/** What a project's dev container configuration results in, before anything is made. Plain data: it is stored as JSON. */
export const devcontainerPlan = z.object({
  kind: configKind,
  /** path in the source; null for the template */
  path: z.nullable(z.string()),
  /** devcontainer.json as parsed, `${…}` verbatim */
  config: jsonObject,
  /** the part of the repository that the configuration is for, if not all of it: `backend` */
  subfolder: z.exactOptional(z.string()),
  /** what was changed so that sessions can run side by side, one line each */
  changes: texts,
  /** everything that reaches the host, judged from the files alone; the image's label is judged after the build */
  findings: z.array(finding),
  /** hash of everything the host would evaluate: the user's trust applies to it */
  trustHash: z.string(),
  /** there is a devcontainer-lock.json next to the config; without one `--no-lockfile` keeps the CLI from writing it */
  hasLockfile: z.boolean(),
  /** kind `dockerfile`: what is built */
  build: z.exactOptional(buildInput),
  compose: z.exactOptional(composePlan),
  /** paths in the source that the snapshot contains: config, lock file, local features, Compose files and the files they refer to */
  files: texts,
  /**
   * paths that are mounted, relative to the clone (empty: its root): none may be a link when a container starts. Paths that begin
   * with `..` are in the session's own folder that replaces the folders next to the project
   */
  cloneBinds: texts,
  /** for the user, one line each: which configuration was chosen, what is not set */
  notes: z.exactOptional(texts),
  /** files that the configuration refers to, that the source does not have, and that may be copied into the clone */
  missing: z.exactOptional(texts),
  /** something that reaches the host was left out because it is not agreed to yet: plan again after the agreement */
  isReduced: z.exactOptional(z.boolean()),
});

/** One of cowork's own bind mounts, by absolute host path. */
export const extraMount = z.object({
  source: z.string(),
  target: z.string(),
  readOnly: z.exactOptional(z.boolean()),
});

/** The mounts that were planned for the containers of the override config. */
export const keptMounts = z.object({
  /** cowork's own mounts in the dev container, exactly as they must be */
  ours: z.array(extraMount),
  /** the user has agreed to what reaches the host */
  isAgreed: z.boolean(),
});

export type BuildInput = z.infer<typeof buildInput>;
export type ComposePlan = z.infer<typeof composePlan>;
export type DevcontainerPlan = z.infer<typeof devcontainerPlan>;
export type ExtraMount = z.infer<typeof extraMount>;
