declare const COWORK_VERSION: string | undefined;

/** The version of the built program, set by `scripts/build.ts`; a fixed one in the source tree. */
export function coworkVersion(): string {
  return typeof COWORK_VERSION === "string" ? COWORK_VERSION : "0.0.0-source";
}

/** Whether this is the built program and not the source tree. Then the built file's path comes before the arguments. */
export function isBuilt(): boolean {
  return typeof COWORK_VERSION === "string";
}
