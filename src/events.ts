import type { DomainEvent, EventDraft } from "./contract/events.ts";
import type { ProgressEvent as SentProgress, Step } from "./contract/progress.ts";
import type { Answer, Finding, Question } from "./contract/questions.ts";

/** Progress and questions of the functions below the use cases. They never print themselves. */

type Progress = Extract<DomainEvent, { type: "progress" }>;

export type { Finding, Step };

/** The data of a `progress` event, as functions below the use cases report it. */
export type ProgressEvent = SentProgress & {
  /** the user's name for the machine; absent: the machine that reports it */
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
 * Creates a stream of events, which gives each event its id and its time.
 * @param stream.host host of events that do not name one
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
 * Asks the user. Returns a boolean for a yes/no question and the value for a choice. Without a terminal, the caller's flags answer
 * a `confirm`, the answer to `host-key` is no, and to `trust` and a `choice` it is null.
 */
export type Ask = (question: Question) => Promise<Answer>;

/** A question for a password, a passphrase or a code. */
export interface SecretQuestion {
  text: string;
  detail?: string[];
  /** show the input while it is typed */
  echo: boolean;
}

/** Returns undefined without a terminal, or if the user cancels. */
export type AskSecret = (question: SecretQuestion) => Promise<string | undefined>;
