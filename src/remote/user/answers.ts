import * as z from "zod/mini";
import type { AuthStatus } from "../../auth/status.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import type { Check, CleanOutcome, OpenClone } from "../../session/host-part.ts";
import type { InitPlan, Outcome, SessionStatus, SessionView } from "../../session/types.ts";
import * as forms from "./forms.ts";
import { invalid, tameFrom } from "./tame.ts";

/** Checks one answer against its form, its texts made harmless first. Throws HOST_ANSWER_INVALID. */
function read<T>(form: z.ZodMiniType<T>, answer: unknown, host: string): T {
  const found = form.safeParse(tameFrom(host, answer));
  if (!found.success) throw invalid("something that has not the form that was asked for");
  return found.data;
}

/** What a host answered, as what it was asked for; sessions carry the name that the user has for the host. */
export const answers = {
  views: (answer: unknown, host: string): SessionView[] =>
    read(z.array(forms.view), answer, host).map((one) => ({ ...one, host })),
  statuses: (answer: unknown, host: string): SessionStatus[] =>
    read(z.array(forms.status), answer, host).map((one) => ({ ...one, host })),
  outcomes: (answer: unknown, host: string): Outcome[] =>
    read(z.array(forms.outcome), answer, host).map((one) => onHost(one, host)),
  cleaned: (answer: unknown, host: string): CleanOutcome[] =>
    read(z.array(forms.cleaned), answer, host).map((one) => onHost(one, host)),
  plan: (answer: unknown, host: string): InitPlan => read(forms.plan, answer, host),
  texts: (answer: unknown, host: string): string[] => read(forms.texts, answer, host),
  checks: (answer: unknown, host: string): Check[] => read(z.array(forms.check), answer, host),
  authStatus: (answer: unknown, host: string): AuthStatus => read(forms.authStatus, answer, host),
  logout: (answer: unknown, host: string): LogoutResult => read(forms.logout, answer, host),
  clone: (answer: unknown, host: string): Omit<OpenClone, "inside" | "close"> & { lease: number } => {
    const { identity, ...clone } = read(forms.openClone, answer, host);
    return { ...clone, identity: { name: identity.name, email: identity.email } };
  },
  lacking: (answer: unknown, host: string): { lacks: string[]; have: string[]; gitDir: string } =>
    read(forms.lacking, answer, host),
};

function onHost<T extends Outcome>(one: T, host: string): T {
  return { ...one, host, ...(one.session === undefined ? {} : { session: { ...one.session, host } }) };
}
