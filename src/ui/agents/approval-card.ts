import { usualAgent } from "../../contract/usual-agent.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { plain } from "../../system/text.ts";
import type { Style } from "../terminal/style.ts";
import { ago, plural } from "../terminal/units.ts";
import { displayWidth, pad } from "../terminal/width.ts";

export interface CardOptions {
  now: Date;
  width: number;
  style: Style;
  /** which of how many it is; absent: no keys are shown either */
  place?: { n: number; of: number };
}

/** The whole request, with the keys that answer it. Each line of its text starts with a bar, so that it cannot look like ours. */
export function renderCard(approval: ApprovalView, { now, width, style, place }: CardOptions): string {
  const title = titleOf(approval, now);
  const right = place === undefined ? "" : `${place.n} of ${place.of} · Ctrl-C answers none`;
  const isWide = Number.isFinite(width) && displayWidth(title) + displayWidth(right) + 2 <= width;
  const head = isWide && right !== "" ? `${pad(title, width - displayWidth(right))}${right}` : title;
  return [
    style("bold", head),
    ...(isWide || right === "" ? [] : [`  ${right}`]),
    `  ${whatItWants(approval)}`,
    ...barred(approval.text, width),
    ...summary(approval, style),
    ...(place === undefined ? [] : [`  ${keysOf(approval)}`]),
  ].join("\n");
}

function titleOf(
  { session, project, host, agent = usualAgent, run, subagent, askedAt, id }: ApprovalView,
  now: Date,
): string {
  const parts = [
    plain(session),
    plain(project),
    ...(host === "local" ? [] : [plain(host)]),
    ...(agent === usualAgent ? [] : [plain(agent)]),
    ...(run === undefined ? [] : [`run ${plain(run)}`]),
    ...(subagent ? ["a subagent"] : []),
    `asked ${ago(askedAt, now)}`,
    `id ${plain(id)}`,
  ];
  return parts.join(" · ");
}

function whatItWants({ kind, tool, user, folder }: ApprovalView): string {
  if (kind === "answer") return "The agent asks:";
  if (kind === "plan") return "The agent asks whether to carry out this plan:";
  const who = user === "" ? "" : `, as ${plain(user)}`;
  const where = folder === "" ? "" : ` in ${plain(folder)}`;
  return `${plain(tool)} wants to run${who}${where}:`;
}

/** Nothing is cut: a line that is too long goes on in the next one, behind another bar. */
function barred(text: string, width: number): string[] {
  const room = Number.isFinite(width) ? Math.max(20, width - 5) : Number.POSITIVE_INFINITY;
  return text
    .replace(/\n$/, "")
    .split("\n")
    .flatMap((line) => fold(line.replaceAll("\t", "    "), room).map((part, n) => `  ${n === 0 ? "│" : "┊"} ${part}`));
}

function fold(line: string, room: number): string[] {
  if (line.length <= room && displayWidth(line) <= room) return [line];
  const parts: string[] = [];
  let [part, used] = ["", 0];
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    const next = displayWidth(segment);
    if (used + next > room) {
      parts.push(part);
      [part, used] = ["", 0];
    }
    part += segment;
    used += next;
  }
  return [...parts, part];
}

function summary({ lines, bytes, hidden }: ApprovalView, style: Style): string[] {
  const size = `${plural(lines, "line")}, ${plural(bytes, "byte")}`;
  if (!hidden) return [`  Whole text shown: ${size}, no hidden characters.`];
  return [
    `  Whole text shown: ${size}.`,
    `  ${style("yellow", "It has hidden characters, which are shown as ␛ or <U+200B>: they may make it look like something else.")}`,
  ];
}

function keysOf({ kind, rules, questions = [] }: ApprovalView): string {
  if (kind === "plan") return "y yes, go on   n no   m ask for changes…   o open   ⏎ skip";
  if (kind === "answer") {
    const many = questions.some(({ multiple }) => multiple) ? "number (1,3 for several)" : "number";
    return `${many} answer   n no answer   m no, because…   o open   ⏎ skip`;
  }
  return `y yes, once   n no   m no, because…   ${rules.length === 0 ? "" : "r always: show rule   "}o open   ⏎ skip`;
}
