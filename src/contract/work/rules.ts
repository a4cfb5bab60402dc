import * as z from "zod/mini";
import { texts } from "../common.ts";

/** Permission rules in the agent's own words, e.g. `Bash(make test *)`. */
export const permissionRules = z.object({
  allow: texts,
  deny: texts,
  ask: texts,
  /** mode that the agent starts in, in its own words */
  defaultMode: z.exactOptional(z.string()),
});

/**
 * `state/{id}/rules.json`: all that grants or forbids something to the agent in a session. Only the host writes it; the agent's
 * policy is written from it.
 */
export const sessionRules = z.extend(permissionRules, {
  /** what the repository asks for (rules, hooks, MCP servers): `none`, it asks for nothing */
  repository: z.enum(["agreed", "refused", "none"]),
  /** the user's own rules on this host when the session was last used */
  own: z.exactOptional(permissionRules),
  /** the agent keeps a list of tasks */
  tasks: z.exactOptional(z.boolean()),
});

export type PermissionRules = z.infer<typeof permissionRules>;
export type SessionRules = z.infer<typeof sessionRules>;
