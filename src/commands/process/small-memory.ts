import { setFlagsFromString } from "node:v8";

/**
 * For a command that stays open for days: V8 keeps less memory in reserve. Without this `watch` takes 20 MB more, at the same
 * processor time. Call it before anything large is loaded.
 */
export function keepMemorySmall(): void {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
}
