import type { AskedApproval } from "../../agent/at-work.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import { plain } from "../../system/text.ts";
import type { WorkPlace } from "../types.ts";
import { shownText } from "./shown-text.ts";

/** A request as people and scripts see it. Pure. */
export function viewApproval(place: WorkPlace, one: StoredApproval, asked: AskedApproval): ApprovalView {
  const { text, hidden } = shownText(asked.text);
  const { answer, shown } = one;
  return {
    id: one.id,
    digest: one.digest,
    session: place.name,
    sessionId: place.id,
    project: place.project,
    host: "local",
    agent: place.agent.id,
    ...(one.run === undefined ? {} : { run: one.run }),
    kind: asked.kind,
    tool: plain(asked.tool),
    text,
    lines: countLines(asked.text),
    bytes: Buffer.byteLength(asked.text),
    hidden,
    folder: shownText(asked.folder).text,
    user: place.container?.user ?? "",
    input: asked.input,
    ...(asked.questions === undefined ? {} : { questions: asked.questions.map(visibleQuestion) }),
    rules: asked.rules,
    subagent: asked.subagent,
    askedAt: one.askedAt,
    state: one.state,
    ...(shown === undefined ? {} : { shownAt: shown.at }),
    ...(answer === undefined || one.state !== "answered" ? {} : { answer: viewAnswer(answer) }),
  };
}

type Question = NonNullable<AskedApproval["questions"]>[number];

export function visibleQuestion({ question, header, multiple, options }: Question): Question {
  const visible = (text: string): string => shownText(text).text;
  const each = options.map(({ label, description }) => ({ label: visible(label), description: visible(description) }));
  return { question: visible(question), header: visible(header), multiple, options: each };
}

function viewAnswer({ rules, ...answer }: NonNullable<StoredApproval["answer"]>): NonNullable<ApprovalView["answer"]> {
  return { ...answer, always: rules.length > 0 };
}

function countLines(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}
