import { progressEvent } from "../../contract/progress.ts";
import { CoworkError } from "../../errors.ts";
import { hostQuestion, type Question } from "../../contract/questions.ts";
import type { ProgressEvent } from "../../events.ts";
import { plain } from "../../system/text.ts";
import { loginWords } from "./login-words.ts";

// What a host says is untrusted: every text of it is made harmless before anything else sees it, and what has not the form
// that was asked for is an error and not believed.

/** Longer than any path, name or message of ours. */
const maxText = 10_000;

/** The same value with harmless texts. Keys stay: nobody shows them. */
export function sanitize(value: unknown): unknown {
  if (typeof value === "string") return plain(value.slice(0, maxText));
  if (Array.isArray(value)) return value.map(sanitize);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sanitize(one)]));
}

/** Undefined for what is no event. */
export function sanitizeEvent(value: unknown, host: string): ProgressEvent | undefined {
  const found = progressEvent.safeParse(sanitize(value));
  if (!found.success) return undefined;
  const { detail, ...event } = found.data;
  return { ...event, ...(detail === undefined ? {} : { detail: loginWords(detail, plain(host)) }) };
}

/**
 * A question of the host's. Agreement to a configuration counts for that host alone: under a hash of its own, since which
 * configuration the hash stands for is known by the host's word only.
 * @throws HOST_ANSWER_INVALID
 */
export function sanitizeQuestion(value: unknown, host: string): Question {
  const found = hostQuestion.safeParse(sanitize(value));
  if (!found.success) throw invalid("a question that cowork does not know");
  const { data: question } = found;
  if (question.kind === "confirm") return { ...question, text: `${host}: ${question.text}` };
  // "This host" is not the one that the question is read on.
  return { ...question, project: `${question.project} on ${host}`, hash: `${host} ${question.hash}` };
}

export function invalid(what: string): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The host answered with ${what}.`, {
    hint: "it may be another version: run the same command again with --verbose",
  });
}
