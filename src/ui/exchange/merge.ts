import type { MergeItem, MergeView } from "../../contract/merging/merge.ts";
import { ownCommand, steps, type HintPart } from "../../hint.ts";
import { plain, plainLines } from "../../system/text.ts";
import { renderNext } from "../terminal/next.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { plural } from "../terminal/units.ts";

/** Shows a merge: each session, where the result is, and what to do next. */
export function showMerge(terminal: Terminal, view: MergeView | undefined): void {
  if (view === undefined) return terminal.out("No merge into that branch was started.");
  const { style } = terminal;
  if (view.state !== "done") terminal.out(`merge ${view.id} into ${plain(view.into)}: ${view.state}${stepOf(view)}`);
  const rows = view.items.map((item) => [
    wordOf(item, view),
    plain(item.session),
    plain(item.detail ?? ""),
    whyOf(item),
  ]);
  for (const [state = "", session = "", detail = "", why = ""] of rows) {
    terminal.out(
      `${state.padEnd(10)}  ${style("bold", session)}${[detail, why]
        .filter(Boolean)
        .map((text) => `  ${text}`)
        .join("")}`,
    );
  }
  for (const item of view.items) showOutput(terminal, item);
  for (const line of resultLines(view)) terminal.out(line);
  for (const note of view.notes) terminal.err(`  ${plain(note)}`);
  for (const next of nextSteps(view)) {
    for (const line of renderNext({ next }, { width: terminal.errWidth, style: terminal.errStyle }))
      terminal.err(`  ${line}`);
  }
}

function stepOf({ step, error }: MergeView): string {
  const text = error?.message ?? step;
  return text === undefined ? "" : `: ${plain(text)}`;
}

/** On a branch of its own, nothing has landed yet. */
function wordOf({ state, resolvedBy }: MergeItem, { result }: MergeView): string {
  if (state !== "landed") return state;
  return resolvedBy !== undefined ? "resolved" : result?.how === "branch" ? "merged" : "landed";
}

function whyOf({ state, paths = [], with: others = [], resolvedBy }: MergeItem): string {
  if (state === "landed" && resolvedBy !== undefined) return `by run ${plain(resolvedBy)}`;
  if (state !== "conflicted") return "";
  const shown = paths.slice(0, 5).map((path) => plain(path));
  const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : "";
  const who = others.length === 0 ? "" : ` (with ${others.map((name) => plain(name)).join(", ")})`;
  return `${shown.join(", ")}${more}${who}`;
}

function showOutput(terminal: Terminal, { session, state, output, file }: MergeItem): void {
  if (state !== "failed" || output === undefined) return;
  const whole = file === undefined ? "" : `; all of it is in ${plain(file)} of its clone`;
  terminal.out(`The end of what the tests printed with ${plain(session)}${whole}:`);
  for (const line of plainLines(output)) terminal.out(`  | ${line}`);
}

function resultLines({ result, into, items, testRuns, test, targetRed, state }: MergeView): string[] {
  if (targetRed === true) return [`The tests fail on ${plain(into)} itself, so no session is to blame.`];
  if (result === undefined) return state === "done" ? [`Nothing landed in ${plain(into)}.`] : [];
  const count = plural(items.filter((item) => item.state === "landed").length, "session");
  const tests = test === undefined ? "not tested" : `tested in ${plural(testRuns, "run")}`;
  const name = plain(result.ref.replace(/^refs\/heads\//, ""));
  return [`${name} is at ${result.commit.slice(0, 10)}: ${count}, ${tests}`];
}

function nextSteps(view: MergeView): HintPart[][] {
  const { result, items, into } = view;
  const next: HintPart[][] = [];
  if (view.state === "interrupted") next.push(["run the same command again: it goes on from there"]);
  if (result?.how === "branch") next.push([`git merge --ff-only ${result.ref.replace(/^refs\/heads\//, "")}`]);
  for (const { session, state, file } of items) {
    if (state === "conflicted") next.push([ownCommand("push", session, into, "--merge", "--keep-conflicts")]);
    if (state === "failed" && file !== undefined)
      next.push(
        steps`${ownCommand("send", session, `The tests fail after a merge into ${into}. Their output is in ${file}. Fix it and commit.`)}`,
      );
  }
  return next;
}
