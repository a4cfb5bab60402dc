import { isObject } from "../source/json.ts";
import { posix } from "node:path";
import type { Settings } from "../../config/types.ts";
import type { ProjectFacts } from "../../project/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { runArgsUser } from "./image-user.ts";
import { expandLocalEnv } from "../source/local-env.ts";
import type { BuildInput, ConfigSource, DevcontainerPlan, JsonObject } from "../types.ts";

/** What is needed to find or build a shared image. */
export interface ImageRequest {
  plan: DevcontainerPlan;
  source: ConfigSource;
  project: Pick<ProjectFacts, "name" | "folder">;
  settings: Pick<Settings, "baseImage" | "caCerts">;
  /** session to report progress for */
  session?: string;
  /** log of the build (shown by `cowork logs`); default: a separate log for the image */
  logFile?: string;
}

/** What the dev container's image begins with: an existing image, or one that is built. */
export type Origin =
  | { kind: "template" }
  | { kind: "image"; image: string }
  | { kind: "dockerfile"; build: BuildInput; args: Record<string, string> };

/** @throws DEVCONTAINER_INVALID if the configuration names neither an image nor a build */
export function originOf({ plan }: ImageRequest, env: Context["env"]): Origin {
  if (plan.kind === "template") return { kind: "template" };
  const { compose } = plan;
  if (compose !== undefined) {
    const build = compose.builds.find(({ service }) => service === compose.service);
    if (build !== undefined) return { kind: "dockerfile", build, args: build.args ?? {} };
    if (compose.image !== undefined) return { kind: "image", image: compose.image };
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `The Compose service ${plain(compose.service)} has neither an image nor a build.`,
    );
  }
  if (plan.build !== undefined) return { kind: "dockerfile", build: plan.build, args: configArgs(plan.config, env) };
  const { image } = plan.config;
  if (typeof image === "string" && image !== "")
    return { kind: "image", image: checkedImage(expandLocalEnv(image, env)) };
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plan.path ?? "The configuration"} names neither an image nor a Dockerfile.`,
  );
}

/** Checked because it becomes part of a FROM line. */
function checkedImage(image: string): string {
  if (/^[\w.:/@-]+$/.test(image)) return image;
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(JSON.stringify(image))} is not the name of an image.`, {
    hint: steps`fix "image" in devcontainer.json and commit that, then remove the session and create it again: ${ownCommand("clean", "<session>")}, ${ownCommand("init", "<session>")}`,
  });
}

function configArgs(config: JsonObject, env: Context["env"]): Record<string, string> {
  const { build } = config;
  const args = isObject(build) && isObject(build["args"]) ? build["args"] : {};
  const texts = Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts.map(([name, value]) => [name, expandLocalEnv(value, env)]));
}

/** Folders of features inside the project, as paths in the source. */
export function localFeatures({ path, config }: Pick<DevcontainerPlan, "path" | "config">): string[] {
  const features = isObject(config["features"]) ? Object.keys(config["features"]) : [];
  const folder = posix.dirname(path ?? "");
  return features
    .filter((id) => /^\.\.?\//.test(id))
    .map((id) => posix.join(folder, id))
    .toSorted();
}

/** The properties of a configuration that its image depends on and that are copied unchanged. */
export function imageConfig({ config, compose }: Pick<DevcontainerPlan, "config" | "compose">): JsonObject {
  const kept = ["features", "overrideFeatureInstallOrder", "remoteUser", "containerUser"];
  const reduced: JsonObject = {};
  for (const key of kept) {
    const value = config[key];
    if (value !== undefined) reduced[key] = value;
  }
  if (compose?.user !== undefined && reduced["containerUser"] === undefined) reduced["containerUser"] = compose.user;
  const given = compose === undefined ? runArgsUser(config) : undefined;
  if (given !== undefined && given !== "") reduced["containerUser"] = given;
  return reduced;
}

/** Other options of `build` in devcontainer.json that are passed to the builder. */
export function buildOptions({ kind, config }: Pick<DevcontainerPlan, "kind" | "config">): JsonObject {
  const { build } = config;
  if (kind !== "dockerfile" || !isObject(build)) return {};
  const options: JsonObject = {};
  for (const key of ["options", "cacheFrom"]) {
    const value = build[key];
    if (value !== undefined) options[key] = value;
  }
  return options;
}
