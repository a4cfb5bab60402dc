import type { Settings } from "../../config/types.ts";
import type { OneSession } from "../../contract/requests.ts";
import type { Sent } from "../../contract/work/calls.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

export async function sendPrompt(
  _ctx: Context,
  _selector: OneSession,
  _prompt: { text: string; settings: Settings },
): Promise<Sent> {
  throw new CoworkError("INTERNAL", "not built");
}
export async function interruptAgent(
  _ctx: Context,
  _selector: OneSession,
  _who: { by: string },
): Promise<{ how: string }> {
  throw new CoworkError("INTERNAL", "not built");
}
