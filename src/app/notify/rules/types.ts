import type { NotifySession, NotifyTopic, TopicKind } from "../../../contract/notify/notify.ts";
import type { QuietHours } from "../../../config/notify-values.ts";

/** What the rules decide on. */
export interface NotifyState {
  topics: readonly NotifyTopic[];
  /** by `sessionKey` */
  sessions: Readonly<Record<string, NotifySession>>;
}

export interface NotifyRules {
  /** ms after the first message, ascending */
  remindMs: readonly number[];
  quiet: QuietHours | undefined;
  /** the time of the day in minutes, where the user is */
  minuteOfDay: (at: number) => number;
}

/** A message to send now. */
export interface Due {
  topic: NotifyTopic;
  /** 0: the first message; else the number of the reminder */
  reminder: number;
}

/** The agent waits for exactly this person: reported at once. */
export const requestKinds: readonly TopicKind[] = ["approval", "answer", "plan"];

/** Reported at once, whatever was reported about the session just before. */
export const urgentKinds: readonly TopicKind[] = [...requestKinds, "ended"];

/** A person is reminded of these while they are open. */
export const remindedKinds: readonly TopicKind[] = [...requestKinds, "waiting"];

/** How long something must last before it is reported, in ms. */
export const dwellMs: Readonly<Record<TopicKind, number>> = {
  approval: 0,
  answer: 0,
  plan: 0,
  ended: 0,
  notice: 0,
  waiting: 5_000,
  failed: 5_000,
  stalled: 5_000,
  idle: 5_000,
};

/** Between two messages about a session, unless they are urgent. */
export const cooldownMs = 60_000;
/** Urgent messages about a session within that time; more wait. */
export const maxUrgent = 5;
/** The end of less work than that is not reported. */
export const longWorkMs = 60_000;

export function sessionKey({ host, sessionId }: Pick<NotifyTopic, "host" | "sessionId">): string {
  return `${host} ${sessionId}`;
}
