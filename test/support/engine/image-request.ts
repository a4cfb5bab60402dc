import { testBaseImage } from "./engine.ts";
import { memorySource } from "./memory-source.ts";
import type { ImageRequest } from "../../../src/devcontainer/image/image-request.ts";
import type { DevcontainerPlan } from "../../../src/devcontainer/types.ts";

/** A plan with nothing in it. */
export const noPlan: DevcontainerPlan = {
  kind: "image",
  path: ".devcontainer/devcontainer.json",
  config: {},
  changes: [],
  findings: [],
  trustHash: "",
  hasLockfile: false,
  files: [],
  cloneBinds: [],
};

/** A request for the image of a plan, on the tests' base image and without authorities where nothing else is said. */
export function imageRequest(
  plan: Partial<DevcontainerPlan>,
  options: { files?: Record<string, string>; name?: string; caCerts?: string } = {},
): ImageRequest {
  return {
    plan: { ...noPlan, ...plan },
    source: memorySource(options.files ?? {}),
    project: { name: options.name ?? "app", folder: "App" },
    settings: { baseImage: testBaseImage, caCerts: options.caCerts ?? "none" },
    session: "a",
  };
}

/** The same for a Dockerfile in the root of the tree. */
export function dockerfileRequest(
  lines: readonly string[],
  plan: Partial<DevcontainerPlan> = {},
  options: Parameters<typeof imageRequest>[1] = {},
): ImageRequest {
  const build = { context: "", dockerfile: "Dockerfile", ...plan.build };
  const files = { Dockerfile: `${lines.join("\n")}\n`, ...options.files };
  return imageRequest({ kind: "dockerfile", ...plan, build }, { ...options, files });
}
