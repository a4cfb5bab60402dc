import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { ComposePlan, ConfigSource, JsonObject } from "../types.ts";

export interface ComposeRequest {
  config: JsonObject;
  path: string;
  verdict: Verdict;
  /** what is changed, one line each: added to */
  changes: string[];
}

export async function planCompose(
  _ctx: Context,
  _source: ConfigSource,
  _request: ComposeRequest,
): Promise<ComposePlan> {
  throw new CoworkError("COMPOSE_MISSING", "Compose configurations cannot be used yet.");
}
