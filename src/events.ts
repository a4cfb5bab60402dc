import type { DomainEvent, EventDraft } from "./contract/events.ts";
import type { ProgressEvent as SentProgress, Step } from "./contract/progress.ts";
import type { Answer, Finding, Question } from "./contract/questions.ts";

/** What functions below the use cases say while they work, and what they may ask. They never print. */

type Progress = Extract<DomainEvent, { type: "progress" }>;

export type { Finding, Step };

/** A `progress` event before it is one: what a function below the use cases knows of it. */
export type ProgressEvent = SentProgress & {
  /** as the user calls the machine; absent: the one that it is said on */
  host?: string;
};

export type Report = (event: ProgressEvent) => void;

export function progressDraft({ session, host, ...data }: ProgressEvent): EventDraft {
  return { type: "progress", session, data, ...(host === undefined ? {} : { host }) };
}

export function progressOf({ session, data }: Progress): ProgressEvent {
  return { session, ...data };
}

/**
 * A stream of events: gives each its id and its time.
 * @param stream.host where things happen unless an event says otherwise
 */
export function createEvents(
  stream: { host: string; now: () => Date },
  onEvent: (event: DomainEvent) => void,
): (draft: EventDraft) => void {
  let count = 0;
  return (draft) => {
    const { session, host = stream.host } = draft;
    count += 1;
    onEvent({ ...draft, id: `${host}:${session}:${count}`, at: stream.now().toISOString(), host });
  };
}

/**
 * Asks the user. Yes or no is answered with a boolean, a choice with its value. Without a terminal a `confirm` is answered by the
 * caller's flags, a `trust` question and a `host-key` with no, a `choice` with null.
 */
export type Ask = (question: Question) => Promise<Answer>;

/** A password, a pass phrase, a code. */
export interface SecretQuestion {
  text: string;
  detail?: string[];
  /** what is typed may be seen */
  echo: boolean;
}

/** Undefined: nobody can be asked, or the person gave up. */
export type AskSecret = (question: SecretQuestion) => Promise<string | undefined>;
