import * as z from "zod/mini";
import type { AuthStatus } from "../../auth/status.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import type { Check, CleanOutcome, OneSession, OpenClone } from "../../session/host-part.ts";
import type { InitPlan, Outcome, Selector, SessionStatus, SessionView } from "../../session/types.ts";
import { brokenRefRule, nameKey, sessionNamePattern } from "../../system/names.ts";
import { saidThere } from "../said-there.ts";
import * as contract from "../../session/contract.ts";
import * as forms from "./forms.ts";
import { invalid, tameFrom } from "./tame.ts";

interface OpenedClone extends Omit<OpenClone, "inside" | "close"> {
  lease: number;
}

/** Checks one answer against its form, its texts made harmless first. Throws HOST_ANSWER_INVALID. */
function read<T>(form: z.ZodMiniType<T>, answer: unknown, host: string): T {
  const found = form.safeParse(tameFrom(host, answer));
  if (!found.success) throw invalid("something that has not the form that was asked for");
  return found.data;
}

/** What a host answered, as what it was asked for; sessions carry the name that the user has for the host. */
export const answers = {
  views: (answer: unknown, host: string): SessionView[] =>
    read(z.array(contract.view), answer, host).map((one) => ({ ...one, host })),
  statuses: (answer: unknown, host: string): SessionStatus[] =>
    read(z.array(contract.status), answer, host).map((one) => ({ ...one, host })),
  outcomes: (answer: unknown, host: string, asked: Asked): Outcome[] =>
    outcomesOf(read(z.array(contract.outcome), answer, host), host, asked),
  cleaned: (answer: unknown, host: string, asked: Asked): CleanOutcome[] =>
    outcomesOf(read(z.array(contract.cleaned), answer, host), host, asked),
  plan: (answer: unknown, host: string): InitPlan => read(contract.plan, answer, host),
  texts: (answer: unknown, host: string): string[] => read(forms.texts, answer, host),
  checks: (answer: unknown, host: string): Check[] => read(z.array(contract.check), answer, host),
  authStatus: (answer: unknown, host: string): AuthStatus => read(forms.authStatus, answer, host),
  logout: (answer: unknown, host: string): LogoutResult => read(forms.logout, answer, host),
  clone: (answer: unknown, host: string, { names: [asked] }: OneSession): OpenedClone => {
    const { identity, ...clone } = read(forms.openClone, answer, host);
    // Both become names of refs in the project.
    const { branch, commit } = clone.start;
    const isUsable = brokenRefRule(branch) === undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
    if (nameKey(clone.name) !== nameKey(asked) || !sessionNamePattern.test(clone.name) || !isUsable)
      throw invalid("another clone than the one that was asked for");
    return { ...clone, identity: { name: identity.name, email: identity.email } };
  },
  lacking: (answer: unknown, host: string): { lacks: string[]; have: string[]; gitDir: string } =>
    read(forms.lacking, answer, host),
};

/** The names that an answer is about are written down here: only those that were asked about count, each once. */
type Asked = Pick<Selector, "names" | "project">;

function outcomesOf<T extends Outcome>(outcomes: T[], host: string, { names, project }: Asked): T[] {
  // A session whose record cannot be read goes by its id.
  const idOf = (name: string): string => `${project?.name}-${name}`;
  const asked =
    names === undefined ? undefined : new Set(names.flatMap((name) => [nameKey(name), nameKey(idOf(name))]));
  const told = new Set<string>();
  for (const { name } of outcomes) {
    const key = nameKey(name);
    const isMeant = asked === undefined ? sessionNamePattern.test(name) : asked.has(key);
    if (!isMeant || told.has(key)) throw invalid("a session that was not asked about");
    told.add(key);
  }
  return outcomes.map((one) => onHost(one, host));
}

function onHost<T extends Outcome>(one: T, host: string): T {
  if (!one.ok && one.exitCode === 0) throw invalid("a failure that is none");
  const error = one.error === undefined ? {} : { error: saidThere(one.error, host) };
  return { ...one, host, ...error, ...(one.session === undefined ? {} : { session: { ...one.session, host } }) };
}
