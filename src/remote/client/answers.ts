import type { ZodMiniType } from "zod/mini";
import type { AuthStatus, LogoutResult } from "../../contract/login.ts";
import { cloneOffers } from "../../contract/remote/offers.ts";
import { type Calls, hostCalls, type Inputs, type Outputs } from "../../contract/remote/rpc.ts";
import type { Check, CleanOutcome, OneSession, OpenClone } from "../../session/session-host.ts";
import type { InitPlan, Outcome, Selector, SessionStatus, SessionView } from "../../session/types.ts";
import { brokenRefRule, nameKey, sessionNamePattern } from "../../system/names.ts";
import { plain } from "../../system/text.ts";
import type { Peer } from "../rpc/peer.ts";
import { hintOnHost, attributeToHost } from "../attribute-to-host.ts";
import { addHostToLoginHint } from "./login-hint.ts";
import { invalid, sanitize } from "./sanitize.ts";

interface OpenedClone extends Omit<OpenClone, "inside" | "close"> {
  lease: number;
}

/** Calls a function of the host and validates its result. */
export async function ask<T extends Calls, M extends keyof T & string>(
  peer: Peer,
  calls: T,
  method: M,
  ...args: Inputs<T>[M]
): Promise<Outputs<T>[M]> {
  const { output } = calls[method] as { output: ZodMiniType<Outputs<T>[M]> };
  return read(output, await peer.call(method, ...args));
}

/** Validates an answer after sanitizing its texts. Throws HOST_ANSWER_INVALID. */
function read<T>(schema: ZodMiniType<T>, answer: unknown): T {
  const found = schema.safeParse(sanitize(answer));
  if (!found.success) throw invalid("data that has an unexpected form");
  return found.data;
}

/** Parsers for a host's answers. Sessions get the user's name for the host. */
export const answers = {
  views: (answer: unknown, host: string): SessionView[] =>
    read(hostCalls.list.output, answer).map((one) => viewThere(one, host)),
  statuses: (answer: unknown, host: string): SessionStatus[] =>
    read(hostCalls.status.output, answer).map((one) => viewThere(one, host)),
  outcomes: (answer: unknown, host: string, asked: Asked): Outcome[] =>
    outcomesOf(read(hostCalls.init.output, answer), host, asked),
  cleaned: (answer: unknown, host: string, asked: Asked): CleanOutcome[] =>
    outcomesOf(read(hostCalls.clean.output, answer), host, asked),
  plan: (answer: unknown): InitPlan => read(hostCalls.planInit.output, answer),
  texts: (answer: unknown): string[] => read(hostCalls.cleanImages.output, answer),
  checks: (answer: unknown, host: string): Check[] =>
    read(hostCalls.doctor.output, answer).map((one) => checkThere(one, host)),
  authStatus: (answer: unknown, host: string): AuthStatus => {
    const { login, problems, ...rest } = read(hostCalls.authStatus.output, answer);
    const say = (line: string): string => addHostToLoginHint(line, plain(host));
    return { ...rest, problems: problems.map(say), login: { ...login, detail: say(login.detail) } };
  },
  logout: (answer: unknown): LogoutResult => read(hostCalls.logout.output, answer),
  clone: (answer: unknown, { names: [asked] }: OneSession): OpenedClone => {
    const { identity, ...clone } = read(cloneOffers.cloneOpen.output, answer);
    // Both become part of ref names in the project.
    const { branch, commit } = clone.start;
    const isUsable = brokenRefRule(branch) === undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
    if (nameKey(clone.name) !== nameKey(asked) || !sessionNamePattern.test(clone.name) || !isUsable)
      throw invalid("a clone of another session");
    return { ...clone, identity: { name: identity.name, email: identity.email } };
  },
};

/** The names in an answer are stored on this machine, so only names that were requested are accepted, each once. */
type Asked = Pick<Selector, "names" | "project">;

function outcomesOf<T extends Outcome>(outcomes: T[], host: string, { names, project }: Asked): T[] {
  // A session whose record cannot be read is named by its id.
  const idOf = (name: string): string => `${project?.name}-${name}`;
  const asked =
    names === undefined ? undefined : new Set(names.flatMap((name) => [nameKey(name), nameKey(idOf(name))]));
  const seen = new Set<string>();
  for (const { name } of outcomes) {
    const key = nameKey(name);
    const isMeant = asked === undefined ? sessionNamePattern.test(name) : asked.has(key);
    if (!isMeant || seen.has(key)) throw invalid("a session that was not requested");
    seen.add(key);
  }
  return outcomes.map((one) => outcomeThere(one, host));
}

function outcomeThere<T extends Outcome>(one: T, host: string): T {
  if (!one.ok && one.exitCode === 0) throw invalid("a failed session with exit code 0");
  const error = one.error === undefined ? {} : { error: attributeToHost(one.error, host) };
  const notes = one.notes.map((note) => addHostToLoginHint(note, plain(host)));
  return {
    ...one,
    host,
    notes,
    ...error,
    ...(one.session === undefined ? {} : { session: viewThere(one.session, host) }),
  };
}

function viewThere<T extends SessionView>(one: T, host: string): T {
  return { ...one, host, ...(one.error === undefined ? {} : { error: hintOnHost(one.error, host) }) };
}

function checkThere(check: Check, host: string): Check {
  const { fix = "", next } = check;
  if (next === undefined) return check;
  const there = hintOnHost({ hint: fix, next }, host);
  return { ...check, fix: there.hint, next: there.next };
}
