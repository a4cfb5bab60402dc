import { testBaseImage } from "./engine.ts";
import { emptyPlan } from "../fakes/empty-plan.ts";
import { memorySource } from "./memory-source.ts";
import type { ImageRequest } from "../../../src/devcontainer/image/image-request.ts";
import type { DevcontainerPlan } from "../../../src/devcontainer/types.ts";

/** A request for a plan's image. Defaults: the tests' base image, no CA certificates. */
export function imageRequest(
  plan: Partial<DevcontainerPlan>,
  options: { files?: Record<string, string>; name?: string; caCerts?: string } = {},
): ImageRequest {
  return {
    plan: { ...emptyPlan, ...plan },
    source: memorySource(options.files ?? {}),
    project: { name: options.name ?? "app", folder: "App" },
    settings: { baseImage: testBaseImage, caCerts: options.caCerts ?? "none" },
    session: "a",
  };
}

/** A request for the image of a Dockerfile in the root of the tree. */
export function dockerfileRequest(
  lines: readonly string[],
  plan: Partial<DevcontainerPlan> = {},
  options: Parameters<typeof imageRequest>[1] = {},
): ImageRequest {
  const build = { context: "", dockerfile: "Dockerfile", ...plan.build };
  const files = { Dockerfile: `${lines.join("\n")}\n`, ...options.files };
  return imageRequest({ kind: "dockerfile", ...plan, build }, { ...options, files });
}
