import type { JsonObject } from "./types.ts";

/** What `up` runs inside, in its order. */
export const lifecycleStages = [
  "onCreateCommand",
  "updateContentCommand",
  "postCreateCommand",
  "postStartCommand",
  "postAttachCommand",
] as const;

/** Does any of them, a devcontainer.json or an entry of an image's metadata label, name a command that `up` runs inside? */
export function hasLifecycle(configs: readonly JsonObject[]): boolean {
  return configs.some((config) => lifecycleStages.some((name) => config[name] !== undefined && config[name] !== null));
}
