declare const COWORK_VERSION: string | undefined;

/** The version of the built file (put in by `scripts/build.ts`); run from the source tree it is no release. */
export function coworkVersion(): string {
  return typeof COWORK_VERSION === "string" ? COWORK_VERSION : "0.0.0-source";
}

/** Whether this is the built file, not the source tree. */
export function isBuilt(): boolean {
  return typeof COWORK_VERSION === "string";
}

declare const COWORK_UNPACKED: boolean | undefined;

/** Whether this is the program as it lies in pieces in a home (`program.ts`): the built file then stands before the arguments. */
export function isUnpacked(): boolean {
  return typeof COWORK_UNPACKED === "boolean";
}

declare const COWORK_PROGRAM: string | undefined;

/** What stands for the program's pieces, in the built file alone. */
export function programHash(): string | undefined {
  return typeof COWORK_PROGRAM === "string" ? COWORK_PROGRAM : undefined;
}
