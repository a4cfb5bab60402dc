import * as z from "zod/mini";
import { agentId } from "./agents.ts";
import { date, texts } from "./common.ts";

/** What is known about the shared login. Contains no secrets and no control characters. */
export const login = z.object({
  state: z.enum(["ok", "none", "broken"]),
  /** one line for a person */
  detail: z.string(),
  /** how the agent authenticates, in the agent's terms (`claude.ai`) */
  method: z.exactOptional(z.string()),
  plan: z.exactOptional(z.string()),
  account: z.exactOptional(z.string()),
  organization: z.exactOptional(z.string()),
  /** when the current access token expires; it is renewed automatically unless `longLived` */
  expiresAt: z.exactOptional(date),
  /** when the login itself expires unless it is used before; if the agent reports it */
  endsAt: z.exactOptional(date),
  /** a token that is not renewed: the login expires at `expiresAt` */
  longLived: z.exactOptional(z.boolean()),
});

export const authStatus = z.object({
  agent: agentId,
  login,
  /** the vault belongs to the uid that every session's agent runs as */
  readable: z.boolean(),
  repaired: texts,
  problems: texts,
  /** what would replace the login, and what prevents that; one line each */
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
