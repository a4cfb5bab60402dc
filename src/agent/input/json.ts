import type { Json, JsonObject } from "../../contract/common.ts";

// Parts of a value that something else wrote: undefined for one of another type.

export function asText(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

export function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
