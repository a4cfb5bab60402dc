import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { trustFolder } from "../../contract/devcontainer/trust-folder.ts";
import { authorityEnv } from "./authority-image.ts";
import { insertAfterFrom, lineage, type DockerfileOutline } from "./dockerfile.ts";

export interface RewriteOptions {
  /** tag of the image with the authorities; undefined if this host has none of its own */
  authorityImage: string | undefined;
  /** `USER` of the external images, by name; a stage whose image is missing here gets no authorities */
  users: ReadonlyMap<string, string>;
  /** for every stage, so that leftovers of a multi-stage build can be recognized as ours */
  labels: Readonly<Record<string, string>>;
}

/**
 * Returns a project's Dockerfile with a few lines added after FROM lines. Stages that run nothing and are not part of the image get
 * no authorities, because they may have no shell to install them.
 */
export function rewriteDockerfile(text: string, outline: DockerfileOutline, options: RewriteOptions): string {
  const line = new Set(lineage(outline));
  const blocks = new Map<number, string[]>();
  for (const [index, stage] of outline.stages.entries()) {
    if (!stage.external && stage.base !== "scratch") continue;
    const block: string[] = [];
    const user = stage.base === undefined ? undefined : options.users.get(stage.base);
    if (
      options.authorityImage !== undefined &&
      stage.external &&
      user !== undefined &&
      (stage.runs || line.has(index))
    ) {
      block.push(...trustLines(options.authorityImage, user));
    }
    // After the authorities, so that projects share that step in the builder's cache.
    blocks.set(index, [...block, ...labelLines(options.labels)]);
  }
  return insertAfterFrom(text, outline, blocks);
}

/**
 * Lines that install the authorities. RUN is in exec form, so that a SHELL of the image does not matter. The variables are ENV and
 * not ARG, because features are installed, and the container runs, in later stages that no ARG reaches. Values that the image or,
 * further down, the project sets have precedence.
 */
export function trustLines(authorityImage: string, user: string): string[] {
  const back = user === "" || user === "root" || user === "0" ? [] : [`USER ${checkedUser(user)}`];
  return [
    ...(back.length === 0 ? [] : ["USER root"]),
    `COPY --from=${authorityImage} /cowork ${trustFolder}`,
    `RUN ["/bin/sh", "${trustFolder}/trust.sh"]`,
    ...back,
    `ENV ${Object.entries(authorityEnv)
      .map(([name, path]) => `${name}=\${${name}:-${path}}`)
      .join(" ")}`,
  ];
}

/**
 * One instruction for all labels, because each instruction costs the classic builder a container. No instruction if there are no
 * labels.
 */
export function labelLines(labels: Readonly<Record<string, string>>): string[] {
  const quoted = (value: string): string => JSON.stringify(value).replaceAll("$", "\\$");
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  return pairs.length === 0 ? [] : [`LABEL ${pairs.join(" ")}`];
}

/** The USER of an image comes from outside and must not be able to add instructions. */
export function checkedUser(user: string): string {
  if (/^[A-Za-z0-9_][\w.@$\\-]*(?::[\w.@$-]+)?$/.test(user)) return user;
  throw new CoworkError("DEVCONTAINER_INVALID", `The image's user ${plain(user)} is not a valid user name.`);
}
