import type { LifecycleFailure } from "../types.ts";
import { plain, plainLines } from "../../system/text.ts";
import type { CliEvent } from "./cli-output.ts";
import { lifecycleStages } from "../lifecycle.ts";
import { joinWords } from "./reason-words.ts";

/**
 * Finds the lifecycle command that ended a run of @devcontainers/cli. Only the CLI's own messages count: a command's output can
 * look like anything.
 * @param messages `message` and `description` of the CLI's result
 */
export function findLifecycleFailure(
  events: readonly CliEvent[],
  messages: readonly string[],
): LifecycleFailure | undefined {
  const pattern = new RegExp(`^(?:(.+) of )?(${lifecycleStages.join("|")}) from (.+) failed\\.?$`, "s");
  const match = messages.map((text) => pattern.exec(text.trim())).find((one) => one !== null);
  const [whole, name, stage, origin] = match ?? [];
  if (whole === undefined || stage === undefined || origin === undefined) return undefined;
  const begin = `${plain(whole).replace(/\.$/, "")} with exit code `;
  const at = events.findLastIndex(({ type, text }) => type === "text" && plain(text).startsWith(begin));
  const [, code] = / with exit code (\d+)\. /.exec(at === -1 ? "" : plain(events[at]?.text ?? "")) ?? [];
  const what = name === undefined ? stage : `${name} of ${stage}`;
  const from = origin === "devcontainer.json" ? "" : ` from ${origin}`;
  const failed = `${plain(`${what}${from}`)} failed${code === undefined ? "" : ` with exit code ${code}`}`;
  const last = joinWords(lastOutput(events.slice(0, at === -1 ? events.length : at), name !== undefined));
  return { stage, words: last === "" ? failed : `${failed}: ${last}` };
}

/** If several commands of a stage run in parallel, the CLI prints the output of each as one block when it ends. */
function lastOutput(events: readonly CliEvent[], inOnePiece: boolean): string[] {
  if (inOnePiece) {
    const last = events.at(-1);
    const lines = last?.type === "raw" ? plainLines(last.text).filter((line) => line.trim() !== "") : [];
    return /^Running .+ of \w+Command from /.test(lines[0] ?? "") ? [] : lines;
  }
  const start = events.findLastIndex(({ type, text }) => type === "start" && text.startsWith("Run in container: "));
  const own = events.slice(start + 1).filter(({ type }) => type === "raw");
  return plainLines(own.map(({ text }) => text).join(""));
}
