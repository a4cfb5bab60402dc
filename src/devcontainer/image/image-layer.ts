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
 * Joined into PID 1's shell by `up`: on `docker stop` what runs inside ends first, in order (facts: without it, exec'ed
 * processes are killed at once).
 */
export const quiesceEntry = { entrypoint: "trap '/opt/cowork/bin/quiesce; exit 0' 15" } as const;

/** The user that the dev container works as. */
export interface RemoteUser {
  /** as `docker exec` takes it */
  name: string;
  uid: number;
  /** its name, where it has one and is not root: this user gets the uid U */
  moved: string | undefined;
}

/** Metadata entries of an image's label; what is no list of objects counts as none. */
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

/** The entries without the one of the configuration itself (the override config has all of it) and with ours. */
export function layerMetadata(entries: readonly JsonObject[]): JsonObject[] {
  const own = JSON.stringify(ownEntry);
  return [...entries.filter((entry) => JSON.stringify(entry["customizations"]) !== own), quiesceEntry];
}

/** What `up` would take: the configuration's, the metadata's last, the container's own. */
export function wantedUser(config: JsonObject, metadata: readonly JsonObject[], imageUser: string): string {
  const last = (key: string): unknown =>
    metadata.findLast((entry) => typeof entry[key] === "string" && entry[key] !== "")?.[key];
  const wanted =
    config["remoteUser"] ?? last("remoteUser") ?? config["containerUser"] ?? last("containerUser") ?? imageUser;
  return typeof wanted === "string" && wanted !== "" ? wanted : "root";
}

/**
 * Who that is after our step: a user with a name gets the uid U; root stays root; a number becomes the name it has, or U.
 * @param passwd asked for only where the user is a number
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
  /** tag of the image that our step goes on */
  from: string;
  image: ImageDetail;
  user: RemoteUser;
  /** where it is named, for a message */
  userPlace: string;
  link: string | undefined;
  authorityImage: string | undefined;
}

/**
 * The Dockerfile of our step. Every instruction costs the classic builder a container (0.1 s), so there are few: values are
 * arguments of the script, labels are one line. What does not name the project comes first: projects share the builder's cache.
 * @param labels values of ours only; what an image or a configuration can write goes to the engine as data
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

/** @throws IMAGE_BUILD_FAILED, DEVCONTAINER_INVALID when the image has not the user that the configuration names */
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
    const failure = imageError(`The dev container's image for ${result.project}`, error, [ownCommand("doctor")]);
    if (/the image has no user /.test(failure.message)) {
      const hint = `correct ${work.userPlace}, or add the user to the image`;
      throw new CoworkError(
        "DEVCONTAINER_INVALID",
        `The image has no user ${plain(work.user.name)}, which the configuration names.`,
        { hint, cause: error },
      );
    }
    throw failure;
  }
}
