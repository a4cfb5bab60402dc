import type { Clock } from "../../system/clock.ts";

/** The terminal that an agent runs in. */
export interface TypingPane {
  /** marked as pasted: line ends in it send nothing */
  paste(text: string): Promise<void>;
  /** @param names as tmux has them */
  keys(...names: string[]): Promise<void>;
}

/** What the agent does, from its own files and hooks. */
export type TypingState =
  | "idle"
  | "busy"
  /** a question is open: keys would answer it */
  | "asks"
  /** it does not take input (yet, or any more) */
  | "away";

export interface TypingAgent {
  state(): Promise<TypingState>;
  /** someone typed something that was not sent */
  isTyped(): boolean;
  /** whether the agent has said, since the typing began, that it got a prompt */
  isTaken(): Promise<boolean>;
}

export type TypingResult =
  | "taken"
  /** nothing was typed */
  | "asks"
  | "away"
  | "typed"
  /** it was typed, and removed again */
  | "refused"
  /** it was typed, and then the agent asked something: it may still be in the agent's input */
  | "left";

/** A program that has just started swallows the first Enter. */
const maxEnters = 3;
/** between keys, a paste and Enter, in ms */
const settleMs = 300;
const takenMs = 2_000;
const lookMs = 100;

/**
 * Types a prompt into an agent's terminal. An Enter while a question is open would answer it with yes, so the state is checked before
 * every one of them: the agent reports a question at least a second before its dialog takes keys.
 */
export async function typePrompt(
  clock: Clock,
  pane: TypingPane,
  agent: TypingAgent,
  text: string,
): Promise<TypingResult> {
  const state = await agent.state();
  if (state === "asks" || state === "away") return state;
  if (agent.isTyped()) return "typed";
  await pane.paste(text);
  await clock.sleep(settleMs);
  for (let n = 0; n < maxEnters; n += 1) {
    const now = await agent.state();
    if (now === "asks" || now === "away") return "left";
    await pane.keys("Enter");
    if (await isTakenInTime(clock, agent)) return "taken";
  }
  const now = await agent.state();
  if (now === "asks" || now === "away") return "left";
  await clear(pane);
  return "refused";
}

async function isTakenInTime(clock: Clock, agent: TypingAgent): Promise<boolean> {
  for (let waited = 0; waited < takenMs; waited += lookMs) {
    if (await agent.isTaken()) return true;
    await clock.sleep(lookMs);
  }
  return await agent.isTaken();
}

/** Ctrl-U deletes a line, and the next one the line end before it. Not right before a paste: together they would be one text. */
async function clear(pane: TypingPane): Promise<void> {
  await pane.keys("C-e", ...Array.from({ length: clears }, () => "C-u"));
}

/** More lines than the agent shows of a pasted text: it keeps a longer one as a single sign. */
const clears = 24;

/**
 * Interrupts what the agent does with Esc.
 * @returns false if it does nothing
 */
export async function interruptWithEscape(
  clock: Clock,
  pane: TypingPane,
  agent: Pick<TypingAgent, "state" | "isTyped">,
): Promise<"interrupted" | "nothing" | "refused"> {
  for (let n = 0; n < maxEscapes; n += 1) {
    const state = await agent.state();
    if (state === "idle" || state === "away") return n === 0 ? "nothing" : "interrupted";
    await pane.keys("Escape");
    for (let waited = 0; waited < takenMs; waited += lookMs) {
      await clock.sleep(lookMs);
      const now = await agent.state();
      if (now === "away") return "interrupted";
      if (now !== "idle") continue;
      // The agent may have put the interrupted prompt back, which must not become a part of the next one.
      if (!agent.isTyped()) await clear(pane);
      return "interrupted";
    }
  }
  return "refused";
}

const maxEscapes = 2;

/** Text as it can be pasted: no control characters, which could end the paste or act as keys. */
export function typeable(text: string): string {
  return (
    text
      .replace(/\r\n?/g, "\n")
      // oxlint-disable-next-line no-control-regex -- these are what is removed
      .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "")
  );
}
