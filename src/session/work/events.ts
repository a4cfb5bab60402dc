import type { Selector } from "../../contract/requests.ts";
import type { EventsAnswer, EventsQuery } from "../../contract/work/history.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

export async function sessionEvents(_ctx: Context, _selector: Selector, _query: EventsQuery): Promise<EventsAnswer> {
  throw new CoworkError("INTERNAL", "not built");
}
