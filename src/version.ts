declare const COWORK_VERSION: string | undefined;

/** The version of the built program (put in by `scripts/build.ts`); run from the source tree it is no release. */
export function coworkVersion(): string {
  return typeof COWORK_VERSION === "string" ? COWORK_VERSION : "0.0.0-source";
}

/** Whether this is the built program, not the source tree: the built file then stands before the arguments. */
export function isBuilt(): boolean {
  return typeof COWORK_VERSION === "string";
}
