import * as z from "zod/mini";
import { date, texts } from "./common.ts";

export const agentId = z.enum(["claude"]);

/** What is known of the shared login. Everything in it is free of secrets and of control characters. */
export const login = z.object({
  state: z.enum(["ok", "none", "broken"]),
  /** one line for a person */
  detail: z.string(),
  /** how the agent would authenticate, in the agent's own words (`claude.ai`) */
  method: z.exactOptional(z.string()),
  plan: z.exactOptional(z.string()),
  account: z.exactOptional(z.string()),
  organization: z.exactOptional(z.string()),
  /** when the present access token ends; it is renewed by itself unless `longLived` */
  expiresAt: z.exactOptional(date),
  /** when the login as a whole ends unless it is used before; where the agent tells */
  endsAt: z.exactOptional(date),
  /** a token that is not renewed: the login ends at `expiresAt` */
  longLived: z.exactOptional(z.boolean()),
});

export const authStatus = z.object({
  agent: agentId,
  login,
  /** the vault belongs to the uid that every session's agent runs as */
  readable: z.boolean(),
  repaired: texts,
  problems: texts,
  /** what would put something else in the login's place, and what keeps it from doing so; one line each */
  threats: texts,
});

export const logoutResult = z.object({
  /** false: there was no login */
  loggedOut: z.boolean(),
  /** one line each */
  notes: texts,
});

export type Login = z.infer<typeof login>;
export type AuthStatus = z.infer<typeof authStatus>;
export type LogoutResult = z.infer<typeof logoutResult>;
