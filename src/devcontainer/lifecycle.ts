import type { JsonObject } from "./types.ts";

/** The commands that `up` runs in the container, in order. */
export const lifecycleStages = [
  "onCreateCommand",
  "updateContentCommand",
  "postCreateCommand",
  "postStartCommand",
  "postAttachCommand",
] as const;

/**
 * Does any config (a devcontainer.json or an entry of an image's metadata label) have a command that `up` runs in the container?
 */
export function hasLifecycle(configs: readonly JsonObject[]): boolean {
  return configs.some((config) => lifecycleStages.some((name) => config[name] !== undefined && config[name] !== null));
}
