import { ownCommand, renderHint } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { clockOf } from "../../merging/claims/clock.ts";
import { readHistory } from "../../work/history/read-history.ts";
import { containersBySession } from "../inspect/observe.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import { devContainer } from "../inspect/view.ts";
import type { SessionRecord } from "../record/record.ts";
import { readRecords } from "../record/records.ts";
import { readAgentWork } from "../../work/state/read-state.ts";
import { claimFor, releaseFor } from "./claims.ts";
import type { Mail } from "./mail-request.ts";
import { knownAgentPlace } from "./place.ts";

/** Exit code of the program that asked, and what it prints. */
export interface MailAnswer {
  code: number;
  lines: string[];
}

/**
 * Answers a session about its own project: names only, nothing of the others' work. What a session may not decide, a person does.
 * @throws what the work throws; the message is the answer
 */
export async function answerMail(ctx: Context, record: SessionRecord, request: Mail): Promise<MailAnswer> {
  switch (request.ask) {
    case "sessions":
      return { code: 0, lines: await sessionLines(ctx, record) };
    case "conflicts":
      return await conflictLines(ctx, record);
    case "release": {
      const released = await releaseFor(ctx, record, request.globs);
      return {
        code: 0,
        lines:
          released.length === 0 ? ["nothing was claimed"] : released.map(({ globs }) => `released ${globs.join(", ")}`),
      };
    }
    case "claim":
    default:
      return await claimAnswer(ctx, record, request);
  }
}

async function claimAnswer(
  ctx: Context,
  record: SessionRecord,
  request: Extract<Mail, { ask: "claim" }>,
): Promise<MailAnswer> {
  const { mode, globs, why } = request;
  if (mode === "exclusive") {
    const command = renderHint([
      ownCommand("claim", record.name, ...globs, "--exclusive", ...(why === "" ? [] : ["--why", why])),
    ]);
    return {
      code: 1,
      lines: [
        "cowork: an exclusive claim keeps others out, so a person has to make it. Ask for it, with this command:",
        `  ${command}`,
      ],
    };
  }
  const claim = await claimFor(ctx, record, { globs, mode, ...(why === "" ? {} : { why }) }, "session");
  return { code: 0, lines: [`${claim.mode} claim on ${claim.globs.join(", ")} until ${clockOf(claim.until)}`] };
}

async function sessionLines(ctx: Context, record: SessionRecord): Promise<string[]> {
  const entries = await readRecords(ctx);
  const records = entries.flatMap((entry) =>
    "record" in entry && entry.record.project === record.project ? [entry.record] : [],
  );
  const containers = await containersBySession(ctx);
  return records.map((one) => {
    const main = devContainer(ownContainers(ctx, one, containers.get(one.id) ?? []));
    if (main?.state !== "running") return `${one.name}  stopped`;
    const place = knownAgentPlace(one, main);
    const state = place === undefined ? "running" : readAgentWork(ctx, place).agentState.state;
    return `${one.name}  ${state}${one.id === record.id ? "  (this session)" : ""}`;
  });
}

/** Most events of collisions that are read; more would be of long ago. */
const maxEvents = 10_000;

/** From the session's own history, where each look at the project's sessions leaves what it found. */
async function conflictLines(ctx: Context, record: SessionRecord): Promise<MailAnswer> {
  const { events } = await readHistory(ctx, record.id, { types: ["conflict."], limit: maxEvents });
  const latest = new Map<string, (typeof events)[number]>();
  for (const event of events) if (typeof event.data["with"] === "string") latest.set(event.data["with"], event);
  const found = [...latest].filter(([, { type }]) => type === "conflict.found");
  const lines = found.map(([other, { at, data }]) => {
    const paths = Array.isArray(data["paths"]) ? data["paths"].filter((path) => typeof path === "string") : [];
    const kind = typeof data["class"] === "string" ? `  ${data["class"]}` : "";
    return `${other}${kind}  ${paths.slice(0, 10).join(", ")}  as of ${at}`;
  });
  return {
    code: 0,
    lines: lines.length === 0 ? ["no collision is known; on the host, cowork conflicts looks for them"] : lines,
  };
}
