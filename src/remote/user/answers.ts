import * as z from "zod/mini";
import type { AuthStatus } from "../../auth/status.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import type { Check, CleanOutcome, OpenClone } from "../../session/host-part.ts";
import type { InitPlan, Outcome, SessionStatus, SessionView } from "../../session/types.ts";
import * as forms from "./forms.ts";
import { invalid, tame } from "./tame.ts";

/** Checks one answer against its form, its texts made harmless first. Throws HOST_ANSWER_INVALID. */
function read<T>(form: z.ZodMiniType<T>, answer: unknown): T {
  const found = form.safeParse(tame(answer));
  if (!found.success) throw invalid("something that has not the form that was asked for");
  return found.data;
}

/** What a host answered, as what it was asked for; sessions carry the name that the user has for the host. */
export const answers = {
  views: (answer: unknown, host: string): SessionView[] =>
    read(z.array(forms.view), answer).map((one) => ({ ...one, host })),
  statuses: (answer: unknown, host: string): SessionStatus[] =>
    read(z.array(forms.status), answer).map((one) => ({ ...one, host })),
  outcomes: (answer: unknown, host: string): Outcome[] =>
    read(z.array(forms.outcome), answer).map((one) => onHost(one, host)),
  cleaned: (answer: unknown, host: string): CleanOutcome[] =>
    read(z.array(forms.cleaned), answer).map((one) => onHost(one, host)),
  plan: (answer: unknown): InitPlan => read(forms.plan, answer),
  texts: (answer: unknown): string[] => read(forms.texts, answer),
  checks: (answer: unknown): Check[] => read(z.array(forms.check), answer),
  authStatus: (answer: unknown): AuthStatus => read(forms.authStatus, answer),
  logout: (answer: unknown): LogoutResult => read(forms.logout, answer),
  clone: (answer: unknown): Omit<OpenClone, "inside" | "close"> & { lease: number } => {
    const { identity, ...clone } = read(forms.openClone, answer);
    return { ...clone, identity: { name: identity.name, email: identity.email } };
  },
  lacking: (answer: unknown): { lacks: string[]; have: string[]; gitDir: string } => read(forms.lacking, answer),
};

function onHost<T extends Outcome>(one: T, host: string): T {
  return { ...one, host, ...(one.session === undefined ? {} : { session: { ...one.session, host } }) };
}
