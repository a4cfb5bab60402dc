import { plain } from "../../system/text.ts";
import { shorten } from "./cli-output.ts";
import { joinWords } from "./reason-words.ts";

/**
 * Finds the step that failed in the output of a build, by the classic builder or by BuildKit: the step, its exit code and the end
 * of its output.
 * @param lines output of the build
 * @returns undefined if no step failed: then the builder's own message has the reason
 */
export function failedStep(lines: readonly string[]): string | undefined {
  return classicStep(lines) ?? buildKitStep(lines);
}

function classicStep(lines: readonly string[]): string | undefined {
  const at = lines.findLastIndex((line) => /^The command '.*' returned a non-zero code: \d+/.test(line));
  const [, command = "", code = ""] = /^The command '(.*)' returned a non-zero code: (\d+)/.exec(lines[at] ?? "") ?? [];
  if (at === -1) return undefined;
  const begin = lines.findLastIndex((line, index) => index < at && /^Step \d+\/\d+ : /.test(line));
  const output = lines.slice(begin + 1, at).filter((line) => !/^\s*--->|^Removing intermediate/.test(line));
  const instruction = /^Step \d+\/\d+ : (.+)$/.exec(lines[begin] ?? "")?.[1] ?? command;
  return describe(instruction, code, output);
}

const solve = /failed to solve: process "(.*)" did not complete successfully: exit code: (\d+)/;

/** BuildKit prints the output of the failed step again between two rulers, with a time before each line. */
function buildKitStep(lines: readonly string[]): string | undefined {
  const at = lines.findLastIndex((line) => solve.test(line));
  const [, command = "", code = ""] = solve.exec(lines[at] ?? "") ?? [];
  if (at === -1) return undefined;
  const head = lines.findLastIndex((line, index) => index < at && /^ ?> \[.+\] .+:$/.test(line));
  const [, instruction = command] = /^ ?> \[.+?\] (.+):$/.exec(lines[head] ?? "") ?? [];
  const rest = lines.slice(head + 1, at);
  const end = rest.findIndex((line) => /^-{3,}$/.test(line.trim()));
  const output = (head === -1 ? [] : rest.slice(0, end === -1 ? rest.length : end)).map((line) =>
    line.replace(/^(?:#\d+ )?\d+\.\d+ /, ""),
  );
  return describe(instruction, code, output);
}

function describe(instruction: string, code: string, output: readonly string[]): string {
  const feature = output.map((line) => /^ERROR: Feature "(.+?)" .*failed to install!/.exec(line)?.[1]).find(Boolean);
  const own = feature === undefined ? output : featureOutput(output);
  const what = feature === undefined ? shorten(plain(instruction), 120) : `feature ${plain(feature)}`;
  const last = joinWords(own);
  return `${what} ended with exit code ${code}${last === "" ? "" : `: ${last}`}`;
}

/** Removes what the CLI prints around the output: a frame with the feature's name, and the message that it failed. */
function featureOutput(output: readonly string[]): string[] {
  const frame = output.findLastIndex((line) => /^={3,}$/.test(line));
  return output.slice(frame + 1).filter((line) => !/^ERROR: Feature |^Look at the documentation at /.test(line));
}
