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

/** Puts the builder's words about a Dockerfile into those of the file that the user wrote. */
export type Translate = (words: string) => string;

/**
 * A failed run of @devcontainers/cli as an error that says why in the words of the program that failed: a lifecycle command, the
 * CLI itself, the docker client, the engine, a builder.
 */
export function cliError(
  code: ErrorCode,
  what: string,
  failure: CliFailure,
  hint: Hint,
  translate: Translate = (words) => words,
): CoworkError {
  const spoken = spokenLines(failure.events);
  const { words, cause } = reasonOf(failure, spoken, translate);
  const message = `${what}: ${withCause(cause, words)}.`;
  return new CoworkError(cause?.code ?? code, message, {
    hint: cause?.hint ?? hint,
    detail: meaningfulLines(spoken, 20).join("\n"),
  });
}

/** The cause in our words, then what was said: it names the file, the host, the port. */
export function withCause(cause: Cause | undefined, words: string): string {
  const said = plain(words).replace(/[.:]+$/, "");
  return cause === undefined ? said : `${cause.why}: ${said}`;
}

function reasonOf(
  { result, events }: CliFailure,
  spoken: readonly string[],
  translate: Translate,
): { words: string; cause?: Cause | undefined } {
  const said = saidIn(result);
  const lifecycle = findLifecycleFailure(events, said);
  // A command of the project failed: whatever it printed is no cause that we know.
  if (lifecycle !== undefined) return lifecycle;
  const own = ownWords(said, events);
  if (own !== undefined) return { words: own, cause: ownCauseOf(own) };
  const step = failedStep(spoken);
  const words = translate(
    step ??
      composeStart(events, spoken) ??
      firstReason(spoken) ??
      meaningfulLines(spoken).at(-1) ??
      "it ended without saying why",
  );
  // Only the end: what a build said before, and got over, is no reason.
  const cause = causeOf([words]) ?? causeOf(spoken.slice(-40));
  return { words, cause };
}

/** Compose ends with a line that says only that something went wrong. */
function composeStart(events: readonly CliEvent[], spoken: readonly string[]): string | undefined {
  const isCompose = events.some(({ text }) => /docker[- ]compose/.test(text));
  return isCompose ? startReason(spoken.slice(-200)) : undefined;
}

/** The lifecycle command that ended the run, where one did. */
export function lifecycleFailureOf({ result, events }: CliFailure): LifecycleFailure | undefined {
  return findLifecycleFailure(events, saidIn(result));
}

function saidIn(result: JsonObject | undefined): string[] {
  return [result?.["message"], result?.["description"]].filter((text) => typeof text === "string");
}

const actions = /^Run: docker (?:run|start|pull|build|buildx build) |^Run: docker[- ]compose .*\b(?:up|build|pull)\b/;

/** What programs printed since the CLI last had the docker client make, start, build or fetch something. */
function spokenLines(events: readonly CliEvent[]): string[] {
  const start = events.findLastIndex(({ type, text }) => type === "start" && actions.test(text));
  return events
    .slice(start + 1)
    .filter(({ type }) => type === "raw" || type === "text")
    .flatMap(({ text }) => plainLines(text))
    .filter((line) => !line.startsWith("Failed to fetch control manifest"));
}

/** Of a program that it ran, the CLI repeats the whole command line, scripts included; what that program said is what counts. */
const nothingOfItsOwn = /^(?:Error: )?Command failed: |^An error occurred |^\s*$/;

/** What the CLI itself has to say, in its result or, where it died without one, above its stack trace. */
function ownWords(said: readonly string[], events: readonly CliEvent[]): string | undefined {
  const own = said.find((text) => !nothingOfItsOwn.test(text));
  const thrown = events
    .filter(({ type }) => type === "other")
    .map(({ text }) => /^(?:[A-Z]\w*)?Error(?: \[\w+\])?: (.+)$/.exec(plain(text))?.[1] ?? "")
    .find((text) => !nothingOfItsOwn.test(text));
  const words = plainLines(own ?? thrown ?? "").find((line) => line.trim() !== "");
  return words === undefined ? undefined : shorten(words.trim().replace(/^ERR: /, ""), 400);
}
