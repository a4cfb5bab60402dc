import { tmpdir } from "node:os";
import { join } from "node:path";

/** Folder of what the tests of a run share. The global set-up removes it at the end. */
export const runFolder = (run: string): string => join(tmpdir(), `cowork-tests-${run}`);
