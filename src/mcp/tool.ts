import type * as z from "zod/mini";
import type { Scope } from "../app/scope.ts";

/** `view`: tools that only read; `operate`: also those that start, continue and end work. */
export const roles = ["view", "operate"] as const;

export type Role = (typeof roles)[number];

type Shape = Record<string, z.ZodMiniType>;

/** A tool that an agent may call: what it takes and gives, and the use case behind it. */
interface Definition<I extends Shape, O extends Shape> {
  name: string;
  /** role from which on it exists */
  role: Role;
  title: string;
  /** for the agent: what it does, and when to use it */
  summary: string;
  input: z.ZodMiniObject<I>;
  /** the contract of the same command's `--json` */
  output: z.ZodMiniObject<O>;
  /** name of the list in the result, of which only as many entries are given as fit */
  list?: keyof O & string;
  /** the entries that count most are the last ones, not the first ones */
  lastFirst?: boolean;
  /** fields that agents, repositories or programs in containers wrote */
  foreign: readonly string[];
  run(scope: Scope, input: z.infer<z.ZodMiniObject<I>>): Promise<z.infer<z.ZodMiniObject<O>>>;
}

export type Tool = Definition<Shape, Shape>;

/** Gives `run` the types of the tool's schemas, and the table a plain `Tool`. */
export function defineTool<I extends Shape, O extends Shape>(tool: Definition<I, O>): Tool {
  return tool;
}
