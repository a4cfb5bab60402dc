import { createHash } from "node:crypto";
import type { ChangedFile, FileVersion } from "../../../src/merging/classes/types.ts";

export function version(text: string): FileVersion {
  return { oid: createHash("sha1").update(text).digest("hex"), text: async () => await Promise.resolve(text) };
}

/** A file of both sides; undefined: not there. */
export function changedFile(
  path: string,
  [base, ours, theirs]: readonly [base: string | undefined, ours: string | undefined, theirs: string | undefined],
  conflict?: string,
): ChangedFile {
  return {
    path,
    ...(base !== undefined && { base: version(base) }),
    ...(ours !== undefined && { ours: version(ours) }),
    ...(theirs !== undefined && { theirs: version(theirs) }),
    ...(conflict !== undefined && { conflict }),
  };
}
