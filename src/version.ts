declare const COWORK_VERSION: string | undefined;

/** The version of the built file (put in by `scripts/build.ts`); run from the source tree it is no release. */
export function coworkVersion(): string {
  return typeof COWORK_VERSION === "string" ? COWORK_VERSION : "0.0.0-source";
}

/** Whether this is the built file, not the source tree. */
export function isBuilt(): boolean {
  return typeof COWORK_VERSION === "string";
}
