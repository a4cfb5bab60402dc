import type { ApprovalAnswer, ApprovalView } from "../../contract/work/approval.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { Selector } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { findSession, rootHere } from "../find/find-sessions.ts";
import { selectSessions } from "../find/select-sessions.ts";
import { hostOfOne, openHost, type HostGroup } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { askHosts } from "../sessions/ask-hosts.ts";

/** A host that takes longer than this is left out, unless it is the only one. */
const patienceMs = 3_000;

/** Open approvals of this project; with `all`, or outside of a project, those of every project. The oldest first. */
export async function listApprovals(scope: Scope, { all }: { all: boolean }): Promise<ApprovalView[]> {
  return await ask(scope, await selectSessions(scope, [], all || (await rootHere(scope)) === undefined));
}

/** What a person named: by its own id, or as the only open request of a session. */
export interface NamedApproval {
  approval: ApprovalView;
  by: "id" | "session";
}

/**
 * Finds the open approval for a word: its id, on any host, or the name of a session that asks exactly one thing.
 * @param verb the command, for the next step of an error
 * @throws APPROVAL_NOT_FOUND; USAGE if the word means several; as `findSession`
 */
export async function findApproval(scope: Scope, word: string, verb: string): Promise<NamedApproval> {
  if (/^[a-z][0-9][a-z0-9]{1,6}$/.test(word)) {
    const open = await ask(scope, {});
    const [approval, ...others] = open.filter(({ id }) => id === word);
    if (others.length > 0)
      throw usageError(
        `Several hosts have an approval ${word}.`,
        `cowork --host ${plain(approval?.host ?? "")} ${verb} ${word}`,
      );
    const other = open.find(({ session, id }) => session === word && id !== word);
    if (approval !== undefined && other === undefined) return { approval, by: "id" };
    if (other !== undefined && approval !== undefined)
      throw usageError(`${word} is an approval and a session.`, `cowork ${verb} ${plain(other.project)}/${word}`);
    if (!(await isSession(scope, word))) throw nothing(`No open approval has the id ${word}.`);
  }
  const open = await ofSession(scope, word, verb).catch((error: unknown) => {
    const isUnknown = error instanceof CoworkError && error.code === "SESSION_NOT_FOUND";
    // A session that is created now asks nothing.
    throw isUnknown ? nothing(`No open approval and no session is called ${plain(word)}.`, error) : error;
  });
  const [approval, ...more] = open;
  if (approval === undefined) throw nothing(`${plain(word)} does not ask anything now.`);
  if (more.length === 0) return { approval, by: "session" };
  const ids = open.map(({ id }) => plain(id));
  throw usageError(`${plain(word)} asks ${open.length} things: ${ids.join(", ")}.`, `cowork ${verb} ${ids[0]}`);
}

async function ofSession(scope: Scope, word: string, verb: string): Promise<ApprovalView[]> {
  const { scope: its, selector } = await findSession(scope, word, verb);
  const views = await (await hostOfOne(its, selector)).approvals(selector);
  return views.filter(({ state }) => state === "open");
}

async function isSession(scope: Scope, word: string): Promise<boolean> {
  const { knownSessions, matching, readWord } = await import("../find/known-sessions.ts");
  return matching(readWord(word), await knownSessions(scope.ctx, await rootHere(scope))).length > 0;
}

/** Records that a person saw the whole request. @param through `terminal`, `command`, … */
export async function showedApproval(scope: Scope, approval: ApprovalView, through: string): Promise<ApprovalView> {
  const { id, digest } = approval;
  const host = await openHost(scope, approval.host);
  return await host.approvalShown(selectorOf(approval), { id, digest, by: scope.ctx.user.name, through });
}

export type Decision = Pick<ApprovalAnswer, "decision" | "message" | "choices" | "always" | "through">;

/**
 * Answers an approval as it was shown.
 * @throws APPROVAL_NOT_FOUND if it was answered or retired meanwhile, APPROVAL_CHANGED, USAGE for wrong choices
 */
export async function answerApproval(scope: Scope, approval: ApprovalView, decision: Decision): Promise<ApprovalView> {
  const { id, digest } = approval;
  const host = await openHost(scope, approval.host);
  return await host.approvalAnswer(selectorOf(approval), { id, digest, by: scope.ctx.user.name, ...decision });
}

/** Whether the approval still waits for an answer. */
export async function isStillOpen(scope: Scope, { host, id, digest }: ApprovalView): Promise<boolean> {
  const open = await (await openHost(scope, host)).approvals({});
  return open.some((one) => one.id === id && one.digest === digest && one.state === "open");
}

/** Without a project the name is the session's id. */
function selectorOf({ sessionId }: ApprovalView): { names: [string] } {
  return { names: [sessionId] };
}

async function ask(scope: Scope, selector: Selector): Promise<ApprovalView[]> {
  const only = scope.onlyHost !== undefined;
  const read = async (part: SessionHost, { host, selector: its }: HostGroup): Promise<ApprovalView[]> =>
    host === "local" || only ? await part.approvals(its) : await inTime(scope, host, part.approvals(its));
  const answers = await askHosts(scope, selector, read);
  const open = answers.flatMap(({ views }) => views).filter(({ state }) => state === "open");
  return open.toSorted((a, b) => Date.parse(a.askedAt) - Date.parse(b.askedAt));
}

/** @throws HOST_UNREACHABLE if the host takes too long */
export async function inTime<T>({ ctx }: Scope, host: string, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await ctx.clock.sleep(patienceMs, over.signal);
    throw new CoworkError("HOST_UNREACHABLE", `${plain(host)} does not answer.`);
  };
  work.catch(() => undefined);
  const limit = late();
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    over.abort();
  }
}

function nothing(message: string, cause?: CoworkError): CoworkError {
  return new CoworkError("APPROVAL_NOT_FOUND", message, { hint: [ownCommand("approvals")], cause });
}
