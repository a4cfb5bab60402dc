import { CoworkError } from "../../errors.ts";
import type { ExtraMount, Override, OverrideRequest } from "../override.ts";
import type { JsonObject } from "../types.ts";

export function overrideCompose(
  _request: OverrideRequest,
  _part: { config: JsonObject; containerEnv: JsonObject; ours: readonly ExtraMount[] },
): Override {
  throw new CoworkError("COMPOSE_MISSING", "Compose configurations cannot be used yet.");
}
