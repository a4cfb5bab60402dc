import { join } from "node:path";

/** The source tree that the tests belong to. */
export const tree = join(import.meta.dirname, "..", "..");
