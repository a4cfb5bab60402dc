import * as z from "zod/mini";
import type { ErrorCode } from "../error-codes.ts";

// What a route of the HTTP API takes and gives, as data. Routes, checks, docs/api.md and the page's client come from it.

/** What a token may do, each one more than the last. */
export const roles = ["view", "approve", "operate", "full"] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

/** Path parameters and the query arrive as text. */
type TextObject = z.ZodMiniObject<Record<string, z.ZodMiniType>>;

export interface RouteContract {
  /** the least role; `none`: without a token */
  role: Role | "none";
  /** one line, no full stop */
  summary: string;
  /** sentences: what a request with this content needs besides the role, and the like */
  details?: string;
  params?: TextObject;
  query?: TextObject;
  /** the body, as JSON */
  input?: z.ZodMiniType;
  /** the answer's body; absent: nothing (204) */
  output?: z.ZodMiniType;
  /** the answer is not JSON: its type */
  as?: "text/event-stream" | "application/octet-stream";
  /** the answer's status if it is not 200 (or 204) */
  status?: 201 | 202;
  /** codes besides those that every route can have */
  errors: readonly ErrorCode[];
}

/** `{id}@{host}`, such as `app-fix@local`; `{id}` alone if only one host has it */
export const sessionParam = z.object({
  session: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:@[^\s/@]+)?$/)),
});

/** A switch in the query. */
export const flag = z.enum(["true", "false"]);

/** A whole number in the query. */
export const whole = z.string().check(z.regex(/^\d{1,15}$/));
