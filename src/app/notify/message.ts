import type { NotifyTopic, TopicKind } from "../../contract/notify/notify.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { shellWord } from "../../system/shell-word.ts";
import { plain } from "../../system/text.ts";
import type { Due } from "./rules/types.ts";

/** A message for a person. Every text is one line without control characters, but for `whole`. */
export interface Message {
  topic: NotifyTopic;
  reminder: number;
  /** which session, and why */
  title: string;
  /** project and host */
  place: string;
  /** what to do, as a link or a command to type */
  next: string;
  link?: string;
  /** only with `NOTIFY_DETAILS=on`: one line */
  detail?: string;
  /** only with `NOTIFY_DETAILS=on`, for a request: all there is to decide on */
  request?: ApprovalView;
}

export interface MessageOptions {
  details: boolean;
  publicUrl: string | undefined;
  /** the open request that the topic is about, as it is now */
  request: ApprovalView | undefined;
}

const titles: Readonly<Record<TopicKind, (name: string, topic: NotifyTopic) => string>> = {
  approval: (name) => `${name} asks for approval`,
  answer: (name) => `${name} asks a question`,
  plan: (name) => `${name} has a plan for you`,
  waiting: (name) => `${name} waits for you`,
  failed: (name) => `The agent in ${name} failed`,
  stalled: (name) => `The agent in ${name} is silent`,
  idle: (name) => `${name} is done with its turn`,
  notice: (name) => `${name} has something to say`,
  ended: (name, { run }) => `${name}: run ${plain(run?.id ?? "")} ${plain(run?.state ?? "ended")}`,
};

/** Writes a message. Without details it says the session, and why, and nothing that an agent wrote. Pure. */
export function writeMessage({ topic, reminder }: Due, { details, publicUrl, request }: MessageOptions): Message {
  const { kind, project, host, text } = topic;
  const title = titles[kind](plain(topic.session), topic);
  const detail = details && text !== "" ? { detail: plain(text) } : {};
  return {
    topic,
    reminder,
    title: reminder > 0 ? `Still open: ${title}` : title,
    place: host === "local" ? plain(project) : `${plain(project)} on ${plain(host)}`,
    next: nextStep(topic),
    ...(publicUrl === undefined ? {} : { link: `${publicUrl}/${pageOf(topic)}` }),
    ...detail,
    ...(details && request !== undefined ? { request } : {}),
  };
}

/** A command that works when typed anywhere. */
function nextStep({ kind, project, session, host }: NotifyTopic): string {
  if (kind === "approval" || kind === "answer" || kind === "plan") return "cowork approvals --all";
  const word = shellWord(`${plain(project)}/${plain(session)}${host === "local" ? "" : `@${plain(host)}`}`);
  return kind === "waiting" || kind === "failed" ? `cowork open ${word}` : `cowork logs ${word}`;
}

/** The page routes by the fragment. */
function pageOf({ kind, sessionId, host }: NotifyTopic): string {
  if (kind === "approval" || kind === "answer" || kind === "plan") return "#/approvals";
  return `#/sessions/${encodeURIComponent(`${sessionId}@${host}`)}`;
}

/** The lines of a message for a person. */
export function messageLines({ place, next, link, detail }: Message): string[] {
  return [place, ...(detail === undefined ? [] : [detail]), link ?? `Next: ${next}`];
}
