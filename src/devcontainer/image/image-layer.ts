import { ownCommand } from "../../hint.ts";
import { readAsset } from "../../assets.ts";
import type { ImageDetail } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { authorityEnv } from "./authority-image.ts";
import { checkedUser, labelLines, trustLines } from "./dockerfile-rewrite.ts";
import { ownEntry } from "./image-build.ts";
import { imageError } from "./image-error.ts";
import { imageLabel } from "./image-labels.ts";
import { isObject } from "../source/json.ts";
import type { Json, JsonObject } from "../types.ts";

/**
 * `up` adds this to the shell script that is PID 1. On `docker stop` it ends the processes in the container cleanly. Without it,
 * exec'ed processes are killed at once (facts).
 */
export const quiesceEntry = { entrypoint: "trap '/opt/cowork/bin/quiesce; exit 0' 15" } as const;

/** The user of the dev container. */
export interface RemoteUser {
  /** as passed to `docker exec` */
  name: string;
  uid: number;
  /** its name, if it has one and is not root; this user gets the uid U */
  moved: string | undefined;
}

/** Returns the metadata entries of an image's label, or none if it is not a list of objects. */
export function readMetadata(image: Pick<ImageDetail, "labels">): JsonObject[] {
  const label = image.labels[imageLabel.metadata];
  if (label === undefined) return [];
  try {
    const value = JSON.parse(label) as Json;
    return (Array.isArray(value) ? value : [value]).filter((entry) => isObject(entry));
  } catch {
    return [];
  }
}

/** Removes the entry of the configuration itself, because the override config has all of it, and adds ours. */
export function layerMetadata(entries: readonly JsonObject[]): JsonObject[] {
  const own = JSON.stringify(ownEntry);
  return [...entries.filter((entry) => JSON.stringify(entry["customizations"]) !== own), quiesceEntry];
}

/** Chooses the user as `up` does: from the configuration, else the last in the metadata, else the container's own. */
export function wantedUser(config: JsonObject, metadata: readonly JsonObject[], imageUser: string): string {
  const last = (key: string): unknown =>
    metadata.findLast((entry) => typeof entry[key] === "string" && entry[key] !== "")?.[key];
  const wanted =
    config["remoteUser"] ?? last("remoteUser") ?? config["containerUser"] ?? last("containerUser") ?? imageUser;
  return typeof wanted === "string" && wanted !== "" ? wanted : "root";
}

/**
 * Returns the user after our step: a user with a name gets the uid U, root stays root, and a number becomes the name that it has,
 * or U.
 * @param passwd called only if the user is a number
 */
export async function resolveUser(wanted: string, uid: number, passwd: () => Promise<string>): Promise<RemoteUser> {
  const [name = "root"] = wanted.split(":");
  if (name === "root" || name === "0") return { name: "root", uid: 0, moved: undefined };
  if (!/^\d+$/.test(name)) return { name: checkedUser(name), uid, moved: name };
  const entry = (await passwd())
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields[2] === name);
  return entry?.[0] === undefined
    ? { name: String(uid), uid, moved: undefined }
    : { name: checkedUser(entry[0]), uid, moved: entry[0] };
}

export interface LayerWork {
  /** tag of the image that our step is based on */
  from: string;
  image: ImageDetail;
  user: RemoteUser;
  /** where it is named, for messages */
  userPlace: string;
  link: string | undefined;
  authorityImage: string | undefined;
}

/**
 * Returns the Dockerfile of our step. Each instruction costs the classic builder a container (0.1 s), so there are few: values are
 * arguments of the script, and all labels are one instruction. Instructions that do not depend on the project come first, so that
 * projects share the builder's cache.
 * @param labels our own values only; values from an image or a configuration are passed to the engine as data
 */
export function planLayer(
  { from, image, user, link, authorityImage }: LayerWork,
  ids: { uid: number; gid: number },
  labels: Readonly<Record<string, string>>,
): string {
  const missing = authorityImage !== undefined && image.env["DENO_CERT"] !== authorityEnv["DENO_CERT"];
  const script = ["/bin/sh", "/tmp/.cowork-image.sh", user.moved ?? "", String(ids.uid), String(ids.gid), link ?? ""];
  const isRoot = ["", "root", "0"].includes(image.user);
  const lines = [
    `FROM ${from}`,
    ...(isRoot ? [] : ["USER root"]),
    ...(missing ? trustLines(authorityImage, "root") : []),
    "COPY image.sh /tmp/.cowork-image.sh",
    `RUN ${JSON.stringify(script)}`,
    "ENV PATH=/opt/cowork/bin:$PATH",
    ...(isRoot ? [] : [`USER ${checkedUser(image.user)}`]),
    ...labelLines(labels),
    "",
  ];
  return lines.join("\n");
}

/** @throws IMAGE_BUILD_FAILED, DEVCONTAINER_INVALID if the image does not have the user that the configuration names */
export async function buildLayer(
  ctx: Context,
  work: LayerWork,
  result: {
    tag: string;
    labels: Readonly<Record<string, string>>;
    metadata: readonly JsonObject[];
    project: string;
  },
): Promise<ImageDetail> {
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  const files = {
    Dockerfile: planLayer(work, { uid, gid }, result.labels),
    "image.sh": await readAsset("templates/image/image.sh"),
  };
  try {
    return await ctx.engine.buildImage({
      files,
      tag: result.tag,
      labels: { [imageLabel.metadata]: JSON.stringify(result.metadata) },
      signal: ctx.signal,
    });
  } catch (error) {
    const failure = imageError(`the dev container's image for ${result.project}`, error, [ownCommand("doctor")]);
    if (/the image has no user /.test(failure.message)) {
      const hint = `change ${work.userPlace}, or add the user to the image`;
      throw new CoworkError(
        "DEVCONTAINER_INVALID",
        `The image has no user ${plain(work.user.name)}, which the configuration names.`,
        { hint, cause: error },
      );
    }
    throw failure;
  }
}
