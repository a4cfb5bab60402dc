import type { ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";

/** Copies new requests to the host-only folder, retires those that were decided elsewhere. @returns the open ones, the oldest first */
export async function takeInRequests(_ctx: Context, _place: WorkPlace): Promise<ApprovalView[]> {
  throw new CoworkError("INTERNAL", "not built");
}
