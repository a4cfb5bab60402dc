import type { Plugin } from "esbuild";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { lazyParts } from "./lazy-parts.ts";
import { lazyStringWidth } from "./lazy-width.ts";

/** What costs the start of every command and is needed by few is loaded when it is called: for every bundle that is made. */
export function lazyLoading(): Plugin[] {
  return [lazyStringWidth(), lazyParts(), lazyBuiltins()];
}
