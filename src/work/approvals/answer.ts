import type { ApprovalDecision } from "../../agent/at-work.ts";
import { addRules } from "../../agent/rules.ts";
import type { ApprovalAnswer, ApprovalView } from "../../contract/work/approval.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { newestRun } from "../runs/run-files.ts";
import type { WorkPlace } from "../types.ts";
import { putAnswer } from "./answers.ts";
import { readChoices } from "./choices.ts";
import { approvalsLock } from "./lock.ts";
import { close } from "./settle.ts";
import { openRequests, type OpenRequest } from "./take-in.ts";
import { readOne, writeOpen } from "./store.ts";
import { viewApproval } from "./view.ts";

const maxMessage = 10_000;

/**
 * Gives a person's answer to the agent, once: what runs is what the host saw first and what was shown. Rules that the person added
 * go to the session's policy before.
 * @throws APPROVAL_NOT_FOUND naming who answered before, APPROVAL_CHANGED if another text was shown, USAGE for choices and rules
 * that the request does not have
 */
export async function answerRequest(ctx: Context, place: WorkPlace, answer: ApprovalAnswer): Promise<ApprovalView> {
  await openRequests(ctx, place);
  return await withLock(ctx, ...approvalsLock(place.id), async (_signal, stillHeld) => {
    const { stored, asked } = findOpen(ctx, place, answer);
    const rules = checkRules(answer, asked.rules);
    const content = place.agent.approvals?.answer(stored.request, decide(ctx, place, { stored, asked }, answer, rules));
    if (rules.length > 0) await addRules(ctx, place.agent, place.id, { allow: rules });
    const { decision, message } = answer;
    const said = {
      decision,
      rules,
      by: name(answer.by),
      through: name(answer.through),
      at: ctx.clock.now().toISOString(),
      ...(message === undefined ? {} : { message: message.slice(0, maxMessage) }),
    };
    const given: StoredApproval = { ...stored, answer: said };
    // Who answered is on record before the answer counts.
    await writeOpen(ctx, place.id, given);
    await stillHeld();
    if (!(await putAnswer(ctx, place.id, stored.uuid, `${stored.digest}\n${JSON.stringify(content)}\n`)))
      throw over(stored.id, "It was retired.");
    await close(ctx, place.id, given);
    return viewApproval(place, { ...given, state: "answered" }, asked);
  });
}

/** @throws APPROVAL_NOT_FOUND, APPROVAL_CHANGED */
export function findOpen(ctx: Context, place: WorkPlace, wanted: { id: string; digest: string }): OpenRequest {
  const stored = readOne(ctx, place.id, wanted.id);
  const asked = stored === undefined ? undefined : place.agent.approvals?.read(stored.request);
  if (stored === undefined || asked === undefined) throw over(wanted.id, "");
  if (stored.state !== "open") throw over(wanted.id, whatBecame(stored));
  if (stored.digest !== wanted.digest) {
    throw new CoworkError("APPROVAL_CHANGED", `The approval ${plain(wanted.id)} is not the one that was shown.`, {
      hint: [ownCommand("approvals")],
    });
  }
  return { stored, asked };
}

/** One sentence about a decided request. */
export function whatBecame({ answer, retired }: Pick<StoredApproval, "answer" | "retired">): string {
  if (answer === undefined) return retired === undefined ? "" : `It was retired: ${plain(retired.reason)}.`;
  const { decision, by, through, at } = answer;
  const what = decision === "allow" ? "allowed" : "denied";
  return `${plain(by)} ${what} it through the ${plain(through)} at ${at}.`;
}

function over(id: string, what: string): CoworkError {
  const message = `No open approval has the id ${plain(id)}.${what === "" ? "" : ` ${what}`}`;
  return new CoworkError("APPROVAL_NOT_FOUND", message, { hint: [ownCommand("approvals")] });
}

function checkRules({ id, decision, always = [] }: ApprovalAnswer, offered: readonly string[]): string[] {
  const isOffered = decision === "allow" && always.every((rule) => offered.includes(rule));
  if (always.length > 0 && !isOffered)
    throw usageError(`The approval ${plain(id)} offers no such rule.`, `cowork approve ${plain(id)}`);
  return [...new Set(always)];
}

function decide(
  ctx: Context,
  place: WorkPlace,
  { stored, asked }: OpenRequest,
  answer: ApprovalAnswer,
  rules: readonly string[],
): ApprovalDecision {
  const { decision, message } = answer;
  if (decision === "deny")
    return { decision, ...(message === undefined ? {} : { message: message.slice(0, maxMessage) }) };
  if (asked.kind === "plan") return { decision, mode: modeAfterPlan(ctx, place, stored) };
  const { questions } = asked;
  return {
    decision,
    rules,
    ...(questions === undefined ? {} : { choices: readChoices(stored.id, questions, answer.choices) }),
  };
}

/** A run goes on with its own permissions, an agent in a terminal asks. */
function modeAfterPlan(
  ctx: Context,
  place: WorkPlace,
  { run: id }: StoredApproval,
): NonNullable<ApprovalDecision["mode"]> {
  const run = newestRun(ctx, place.id);
  return run !== undefined && run.id === id ? run.permissions : "ask";
}

function name(text: string): string {
  return plain(text).slice(0, 100);
}
