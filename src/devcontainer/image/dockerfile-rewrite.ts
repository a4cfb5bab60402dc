import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { authorityEnv, trustFolder } from "./authority-image.ts";
import { insertAfterFrom, lineage, type DockerfileOutline } from "./dockerfile.ts";

export interface RewriteOptions {
  /** tag of the image that carries the authorities; undefined: this host has none of its own */
  authorityImage: string | undefined;
  /** `USER` of the external images, by their name; a stage whose image is not in it is left without authorities */
  users: ReadonlyMap<string, string>;
  /** put on every stage, so that what a multi-stage build leaves behind is known as ours */
  labels: Readonly<Record<string, string>>;
}

/**
 * A project's Dockerfile as cowork builds it: the same, with a few lines behind FROM lines. Stages that run nothing and do not
 * become the image get no authorities: they may hold no shell to install them with.
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
    // After the authorities: projects share that step in the builder's cache.
    blocks.set(index, [...block, ...labelLines(options.labels)]);
  }
  return insertAfterFrom(text, outline, blocks);
}

/**
 * Lines that make the authorities known. In the exec form, so that a SHELL of the image does not matter. The variables are
 * ENV, not ARG: features are installed, and the container runs, in later stages that no ARG reaches. What the image or,
 * further down, the project sets itself wins.
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

/** One instruction for all: each costs the classic builder a container. None where there are no labels. */
export function labelLines(labels: Readonly<Record<string, string>>): string[] {
  const quoted = (value: string): string => JSON.stringify(value).replaceAll("$", "\\$");
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  return pairs.length === 0 ? [] : [`LABEL ${pairs.join(" ")}`];
}

/** An image's own USER comes from outside: it must not bring further instructions along. */
export function checkedUser(user: string): string {
  if (/^[A-Za-z0-9_][\w.@$\\-]*(?::[\w.@$-]+)?$/.test(user)) return user;
  throw new CoworkError("DEVCONTAINER_INVALID", `The image's user ${plain(user)} is no name that can be used.`);
}
