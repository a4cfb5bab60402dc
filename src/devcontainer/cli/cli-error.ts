import { CoworkError, type ErrorCode } from "../../errors.ts";
import type { Hint } from "../../hint.ts";
import { plain, plainLines } from "../../system/text.ts";
import { failedStep } from "./build-reason.ts";
import { causeOf, ownCauseOf, type Cause } from "./cli-causes.ts";
import { startReason } from "../compose/compose-causes.ts";
import { meaningfulLines, shorten, type CliEvent } from "./cli-output.ts";
import type { JsonObject, LifecycleFailure } from "../types.ts";
import { findLifecycleFailure } from "./lifecycle-failure.ts";
import { firstReason } from "./reason-words.ts";

export interface CliFailure {
  result: JsonObject | undefined;
  events: readonly CliEvent[];
}

/** Rewrites what a builder says about a Dockerfile, so that it matches the file that the user wrote. */
export type Translate = (words: string) => string;

/**
 * Turns a failed run of @devcontainers/cli into an error. Its reason is in the words of the program that failed: a lifecycle
 * command, the CLI itself, the docker client, the engine or a builder.
 */
export function cliError(
  code: ErrorCode,
  what: string,
  failure: CliFailure,
  hint: Hint,
  translate: Translate = (words) => words,
): CoworkError {
  const output = outputLines(failure.events);
  const { words, cause } = reasonOf(failure, output, translate);
  const message = `${what}: ${withCause(cause, words)}.`;
  return new CoworkError(cause?.code ?? code, message, {
    hint: cause?.hint ?? hint,
    detail: meaningfulLines(output, 20).join("\n"),
  });
}

/** Our description of the cause, then the program's own words: they name the file, the host or the port. */
export function withCause(cause: Cause | undefined, words: string): string {
  const message = plain(words).replace(/[.:]+$/, "");
  return cause === undefined ? message : `${cause.why}: ${message}`;
}

function reasonOf(
  { result, events }: CliFailure,
  output: readonly string[],
  translate: Translate,
): { words: string; cause?: Cause | undefined } {
  const messages = messagesOf(result);
  const lifecycle = findLifecycleFailure(events, messages);
  // A command of the project failed. Its output may look like one of the known causes, but is not.
  if (lifecycle !== undefined) return lifecycle;
  const own = ownMessage(messages, events);
  if (own !== undefined) return { words: own, cause: ownCauseOf(own) };
  const step = failedStep(output);
  const words = translate(
    step ?? composeStart(events, output) ?? firstReason(output) ?? meaningfulLines(output).at(-1) ?? "no reason given",
  );
  // Only the end of the output counts: a build can recover from earlier problems.
  const cause = causeOf([words]) ?? causeOf(output.slice(-40));
  return { words, cause };
}

/** The last line that Compose prints does not have the reason. */
function composeStart(events: readonly CliEvent[], output: readonly string[]): string | undefined {
  const isCompose = events.some(({ text }) => /docker[- ]compose/.test(text));
  return isCompose ? startReason(output.slice(-200)) : undefined;
}

/** Returns the lifecycle command that ended the run, if one did. */
export function lifecycleFailureOf({ result, events }: CliFailure): LifecycleFailure | undefined {
  return findLifecycleFailure(events, messagesOf(result));
}

function messagesOf(result: JsonObject | undefined): string[] {
  return [result?.["message"], result?.["description"]].filter((text) => typeof text === "string");
}

const actions = /^Run: docker (?:run|start|pull|build|buildx build) |^Run: docker[- ]compose .*\b(?:up|build|pull)\b/;

/** Returns what programs printed since the CLI last made the docker client create, start, build or pull something. */
function outputLines(events: readonly CliEvent[]): string[] {
  const start = events.findLastIndex(({ type, text }) => type === "start" && actions.test(text));
  return events
    .slice(start + 1)
    .filter(({ type }) => type === "raw" || type === "text")
    .flatMap(({ text }) => plainLines(text))
    .filter((line) => !line.startsWith("Failed to fetch control manifest"));
}

/** If a program fails, the CLI repeats the whole command line, scripts included. The reason is in that program's own output. */
const repeatedCommand = /^(?:Error: )?Command failed: |^An error occurred |^\s*$/;

/** Returns the CLI's own message: from its result or, if it crashed without one, from above its stack trace. */
function ownMessage(messages: readonly string[], events: readonly CliEvent[]): string | undefined {
  const own = messages.find((text) => !repeatedCommand.test(text));
  const thrown = events
    .filter(({ type }) => type === "other")
    .map(({ text }) => /^(?:[A-Z]\w*)?Error(?: \[\w+\])?: (.+)$/.exec(plain(text))?.[1] ?? "")
    .find((text) => !repeatedCommand.test(text));
  const words = plainLines(own ?? thrown ?? "").find((line) => line.trim() !== "");
  return words === undefined ? undefined : shorten(words.trim().replace(/^ERR: /, ""), 400);
}
