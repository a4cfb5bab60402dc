import pLimit from "p-limit";
import type { Selector } from "../../contract/remote/requests.ts";
import type { SessionWork } from "../../contract/work/calls.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { takeInReports } from "../../work/inbox/take-in.ts";
import { readAgentWork } from "../../work/state/read-state.ts";
import { checkAgentState } from "../../work/state/check-state.ts";
import { containersBySession } from "../inspect/observe.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import { devContainer } from "../inspect/view.ts";
import type { RecordEntry, SessionRecord } from "../record/record.ts";
import { selectRecords } from "../record/records.ts";
import { readMuted } from "./mute.ts";
import { hasMail } from "./has-mail.ts";
import { knownAgentPlace } from "./place.ts";
import { checkProgramWork, readProgramWork } from "./program-work.ts";

/** Containers that are looked into side by side: each look is a process there. */
export const looksAtOnce = 4;

/**
 * What the agents of the selected sessions do. With `check` reports and requests are taken in first, and agents that seem to work or
 * to wait must have a process. Sessions whose agent only a newer cowork knows are left out, and those whose record cannot be read
 * unless they are named.
 * @throws RECORD_CORRUPT, STATE_TOO_NEW, PERMISSION_DENIED for one that is named
 */
export async function agentWork(ctx: Context, selector: Selector, options: { check: boolean }): Promise<SessionWork[]> {
  const [entries, containers] = await Promise.all([selectRecords(ctx, selector), containersBySession(ctx)]);
  await answerSessions(ctx, entries, options);
  // Each looks at the processes in a container: many at once would take memory, and keep a screen from following the keys.
  const inTurn = pLimit(options.check ? looksAtOnce : entries.length + 1);
  const one = async (entry: RecordEntry): Promise<SessionWork[]> => {
    if (!("record" in entry)) {
      if (selector.names !== undefined) throw entry.error;
      return [];
    }
    const { record } = entry;
    const own = ownContainers(ctx, record, containers.get(record.id) ?? []);
    const work = await workOf(ctx, record, devContainer(own), options);
    const { id: sessionId, name, project } = record;
    const muted = readMuted(ctx, sessionId);
    return work === undefined ? [] : [{ sessionId, name, project, ...work, ...(muted === undefined ? {} : { muted }) }];
  };
  return (await Promise.all(entries.map(async (entry) => await inTurn(one, entry)))).flat();
}

/** Each look at sessions answers what they ask the host. */
async function answerSessions(
  ctx: Context,
  entries: readonly RecordEntry[],
  { check }: { check: boolean },
): Promise<void> {
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  for (const record of records.filter(({ id }) => hasMail(ctx, id)))
    await (await import("./mail.ts")).takeInMail(ctx, record);
  if (check) await (await import("./claims.ts")).refreshClaims(ctx, records);
}

/** The same of one session. @returns undefined for an agent that only a newer cowork knows */
export async function workOf(
  ctx: Context,
  record: SessionRecord,
  container: ContainerSummary | undefined,
  { check }: { check: boolean },
): Promise<Pick<SessionWork, "agentState" | "run" | "approvals"> | undefined> {
  const place = knownAgentPlace(record, container);
  if (place === undefined)
    return check ? await checkProgramWork(ctx, record, container) : readProgramWork(ctx, record, container);
  if (!check) return readAgentWork(ctx, place);
  await takeInReports(ctx, place);
  await takeInRequests(ctx, place);
  const agentState = await checkAgentState(ctx, place);
  return { ...readAgentWork(ctx, place), agentState };
}
