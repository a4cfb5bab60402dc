import * as z from "zod/mini";

// What the notifier remembers: `state/.notifier.json`, written by the host only.

/** Why a person gets a message: a request of an agent, or something that happened. */
export const topicKind = z.enum([
  "approval",
  "answer",
  "plan",
  "waiting",
  "failed",
  "stalled",
  "idle",
  "notice",
  "ended",
]);

/** A message that was delivered, for its replacement. */
const sentMessage = z.object({ channel: z.string(), ref: z.string() });

/** Something that a person may have to hear of. Times are in ms since 1970. */
export const notifyTopic = z.object({
  key: z.string(),
  kind: topicKind,
  host: z.string(),
  project: z.string(),
  session: z.string(),
  sessionId: z.string(),
  since: z.number(),
  /** one line of the agent or about the run, shown with `NOTIFY_DETAILS=on` only */
  text: z.string(),
  approval: z.exactOptional(z.object({ id: z.string(), digest: z.string() })),
  run: z.exactOptional(z.object({ id: z.string(), state: z.string() })),
  /** when it was reported first; absent: not yet */
  toldAt: z.exactOptional(z.number()),
  /** reminders that were sent or passed over */
  reminded: z.int(),
  sent: z.array(sentMessage),
  /** it is over: what became of it, one line */
  over: z.exactOptional(z.string()),
});

/** What is known about a session. */
export const notifySession = z.object({
  /** last event that was taken in */
  n: z.int(),
  at: z.number(),
  /** since when the agent works without a pause */
  workingSince: z.exactOptional(z.number()),
  /** a run is active: its end is reported, not the agent's pauses */
  run: z.exactOptional(z.string()),
  /** when messages were sent about it, within the last minute */
  messages: z.array(z.number()),
  /** no message about it until then; 0: for ever */
  muted: z.exactOptional(z.number()),
});

/** A button that was shown. Its secret is stored as a hash. */
export const notifyNonce = z.object({
  hash: z.string(),
  topic: z.string(),
  host: z.string(),
  sessionId: z.string(),
  id: z.string(),
  digest: z.string(),
  decision: z.enum(["allow", "deny"]),
  /** number of the option, with kind `answer` */
  choice: z.exactOptional(z.int()),
  until: z.number(),
});

export const notifierFile = z.object({
  version: z.literal(1),
  /** when events were read last */
  readAt: z.number(),
  topics: z.array(notifyTopic),
  /** by `{host} {session id}` */
  sessions: z.record(z.string(), notifySession),
  nonces: z.array(notifyNonce),
  /** number of the last update of Telegram, by a hash of the bot's token */
  updates: z.record(z.string(), z.int()),
  /** by channel: the last message that was delivered, and the last that was not */
  channels: z.record(
    z.string(),
    z.object({
      deliveredAt: z.exactOptional(z.number()),
      failedAt: z.exactOptional(z.number()),
      problem: z.exactOptional(z.string()),
    }),
  ),
});

/** A session without messages. `until` absent: until it is unmuted. */
export const muteRequest = z.object({ muted: z.boolean(), until: z.exactOptional(z.string()), by: z.string() });
export const mutedView = z.object({ muted: z.boolean(), until: z.exactOptional(z.string()) });

export type TopicKind = z.infer<typeof topicKind>;
export type NotifyTopic = z.infer<typeof notifyTopic>;
export type NotifySession = z.infer<typeof notifySession>;
export type NotifyNonce = z.infer<typeof notifyNonce>;
export type NotifierFile = z.infer<typeof notifierFile>;
export type MuteRequest = z.infer<typeof muteRequest>;
export type MutedView = z.infer<typeof mutedView>;
