import type { Selector } from "../../contract/requests.ts";
import type { SessionWork } from "../../contract/work/calls.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

export async function agentWork(
  _ctx: Context,
  _selector: Selector,
  _options: { check: boolean },
): Promise<SessionWork[]> {
  throw new CoworkError("INTERNAL", "not built");
}
