import * as z from "zod/mini";
import { texts } from "./common.ts";
import type { Calls } from "./remote/rpc.ts";

/** The path to a submodule's own copy in the project: name and path of each submodule on the way. */
export const moduleChain = z.array(z.tuple([z.string(), z.string()]));

export const treeEntry = z.object({ mode: z.string(), oid: z.string() });

/** What a host may ask about the project, by content alone: `saved(project, chain, method, …)`. */
export const savedCalls = {
  isKnown: { input: z.tuple([]), output: z.boolean() },
  tips: { input: z.tuple([]), output: texts },
  tags: { input: z.tuple([]), output: texts },
  reachable: { input: z.tuple([texts]), output: texts },
  advertised: { input: z.tuple([]), output: texts },
  hasTree: { input: z.tuple([z.string()]), output: z.boolean() },
  sameFile: { input: z.tuple([z.string(), treeEntry, z.optional(z.boolean())]), output: z.boolean() },
  hasLfs: { input: z.tuple([z.string()]), output: z.boolean() },
} as const satisfies Calls;

export type ModuleChain = z.infer<typeof moduleChain>;
export type TreeEntry = z.infer<typeof treeEntry>;
