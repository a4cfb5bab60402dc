import * as z from "zod/mini";
import type { AuthStatus } from "../../auth/status.ts";
import type { LogoutResult } from "../../auth/logout.ts";

// The forms of what a host answers and that is no part of session/contract.ts. Each is the type of ours exactly: a field that one of
// the two lacks does not compile.

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Compared with optional fields as if they were wanted: one that either lacks would be assignable all the same. */
type Same<A, B> = Equal<Flat<A>, Flat<B>>;
type Flat<T> = T extends Date
  ? T
  : T extends (infer E)[]
    ? Flat<E>[]
    : T extends object
      ? { [K in keyof T]-?: Flat<T[K]> }
      : T;

/** The form, where what it gives is exactly `T`. */
function formOf<T>() {
  return <F extends z.ZodMiniType>(form: Same<z.infer<F>, T> extends true ? F : never): F => form;
}

export const texts = z.array(z.string());
const date = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text) => new Date(text)),
);
const login = z.object({
  state: z.enum(["ok", "none", "broken"]),
  detail: z.string(),
  method: z.exactOptional(z.string()),
  plan: z.exactOptional(z.string()),
  account: z.exactOptional(z.string()),
  organization: z.exactOptional(z.string()),
  expiresAt: z.exactOptional(date),
  endsAt: z.exactOptional(date),
  longLived: z.exactOptional(z.boolean()),
});

export const authStatus = formOf<AuthStatus>()(
  z.object({
    agent: z.literal("claude"),
    login,
    readable: z.boolean(),
    repaired: texts,
    problems: texts,
    threats: texts,
  }),
);
export const logout = formOf<LogoutResult>()(z.object({ loggedOut: z.boolean(), notes: texts }));
export const openClone = z.object({
  lease: z.number(),
  name: z.string(),
  path: z.string(),
  start: z.object({ branch: z.string(), commit: z.string(), existing: z.boolean() }),
  identity: z.object({ name: z.optional(z.string()), email: z.optional(z.string()) }),
});
export const lacking = z.object({ lacks: texts, have: texts, gitDir: z.string() });
