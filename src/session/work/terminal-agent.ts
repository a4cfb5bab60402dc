import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { lastNumber } from "../../work/history/last-number.ts";
import { readHistory } from "../../work/history/read-history.ts";
import { takeInReports } from "../../work/inbox/take-in.ts";
import type { WorkPlace } from "../../work/types.ts";
import {
  interruptWithEscape,
  typeable,
  typePrompt,
  type TypingAgent,
  type TypingPane,
  type TypingResult,
} from "../../work/typing/type-prompt.ts";
import { readAgentTerminal } from "../connect/agent-terminal.ts";
import { findAgentPane } from "../connect/tmux.ts";

/** How long an agent that was opened just now may take until it takes input, in ms. */
const startMs = 20_000;
const lookMs = 200;

/** Longer prompts reach the agent with a tag in front of them, so that they look like those of another origin. */
const longPrompt = 500;

/** The terminal of an agent that `open` started. */
export interface TerminalAgent {
  pane: TypingPane;
}

/** Undefined if no agent was opened in a window of tmux: one that runs elsewhere cannot be typed to. */
export async function findTerminalAgent(ctx: Context, { id }: WorkPlace): Promise<TerminalAgent | undefined> {
  const pane = await findAgentPane(ctx, id);
  return pane === undefined ? undefined : { pane };
}

/**
 * Types a prompt into the agent's terminal, and returns when the agent has said that it got it.
 * @throws AGENT_BUSY while a question is open, when someone else is typing, or if the agent does not take it
 */
export async function sendToTerminal(
  ctx: Context,
  place: WorkPlace,
  { pane }: TerminalAgent,
  given: string,
): Promise<void> {
  const text = typeable(given).trim();
  const result = await withLock(ctx, `typing-${place.id}`, lockOf(place), async (signal) => {
    const inner = { ...ctx, signal };
    await untilStarted(inner, place);
    return await typePrompt(inner.clock, pane, await typingAgent(inner, place, text), text);
  });
  if (result !== "taken") throw notTaken(place, result);
}

/**
 * Interrupts what the agent in the terminal does.
 * @returns false if it does nothing
 * @throws AGENT_BUSY if it goes on
 */
export async function interruptTerminal(ctx: Context, place: WorkPlace, { pane }: TerminalAgent): Promise<boolean> {
  const result = await withLock(ctx, `typing-${place.id}`, lockOf(place), async (signal) => {
    const inner = { ...ctx, signal };
    const state = async (): ReturnType<TypingAgent["state"]> => await stateOf(inner, place);
    return await interruptWithEscape(inner.clock, pane, { state, isTyped: () => isTyped(inner, place) });
  });
  if (result === "refused")
    throw new CoworkError("AGENT_BUSY", `The agent in ${place.name} goes on, although it got Esc.`, {
      hint: [ownCommand("open", place.name)],
    });
  return result === "interrupted";
}

function lockOf({ name }: WorkPlace): { what: string; waitMs: number } {
  return { what: `the terminal of ${name}`, waitMs: 60_000 };
}

async function untilStarted(ctx: Context, place: WorkPlace): Promise<void> {
  const until = ctx.clock.now().getTime() + startMs;
  while ((await stateOf(ctx, place)) === "away" && ctx.clock.now().getTime() < until)
    await ctx.clock.sleep(lookMs, ctx.signal);
}

async function typingAgent(ctx: Context, place: WorkPlace, text: string): Promise<TypingAgent> {
  await takeInReports(ctx, place);
  const after = await lastNumber(ctx, place.id);
  return {
    state: async () => await stateOf(ctx, place),
    isTyped: () => isTyped(ctx, place),
    isTaken: async () => {
      await takeInReports(ctx, place);
      const { events } = await readHistory(ctx, place.id, { after, types: ["agent.working"], limit: 1000 });
      return events.some(
        ({ data }) => data.event === "UserPromptSubmit" && data.subagent === undefined && isOurs(data.detail, text),
      );
    },
  };
}

function isTyped(ctx: Context, { id }: WorkPlace): boolean {
  return readAgentTerminal(ctx, id)?.typed === true;
}

/** The end of a background task is a prompt for the agent, too; its text, as that of a long prompt, starts with a tag and is left out. */
function isOurs(detail: unknown, text: string): boolean {
  return detail !== undefined || text.length > longPrompt || text.startsWith("<");
}

/** From the agent's own file, and from the requests of its hook, which come before its dialog. */
async function stateOf(ctx: Context, place: WorkPlace): ReturnType<TypingAgent["state"]> {
  const terminal = readAgentTerminal(ctx, place.id);
  const programs = place.agent.states?.programs(ctx, place.id) ?? [];
  const own = programs.find(({ pid, interactive }) => interactive && pid === terminal?.pid);
  if (own === undefined) return "away";
  if (own.status === "waiting" || (await takeInRequests(ctx, place)).length > 0) return "asks";
  return own.status;
}

function notTaken({ name }: WorkPlace, result: Exclude<TypingResult, "taken">): CoworkError {
  const there = ownCommand("open", name);
  const answer = steps`${ownCommand("approvals")}, or ${there} and answer it there`;
  const found = {
    asks: [`The agent in ${name} waits for an answer to its question.`, answer],
    away: [`The agent in ${name} takes no text now.`, [there]],
    typed: [
      `Someone has typed something in the terminal of ${name} that was not sent.`,
      steps`${there} and send it, or delete it with Ctrl-U`,
    ],
    refused: [`The agent in ${name} did not take the text, which was removed from its terminal again.`, [there]],
    left: [`The agent in ${name} asked something before it took the text, which may be in its terminal.`, answer],
  } as const;
  const [message, hint] = found[result];
  return new CoworkError("AGENT_BUSY", message, { hint });
}
