import { progressEvent } from "../../contract/progress.ts";
import { CoworkError } from "../../errors.ts";
import { hostQuestion, type Question } from "../../contract/questions.ts";
import type { ProgressEvent } from "../../events.ts";
import { plain, plainPart, plainSpan, visible } from "../../system/text.ts";
import { addHostToLoginHint } from "./login-hint.ts";

// Data from a host is untrusted: all texts are sanitized before anything else uses them, and data that does not match its schema is
// an error.

/** Returns the value with sanitized texts. Keys are not changed, because they are never shown. */
export function sanitize(value: unknown): unknown {
  if (typeof value === "string") return plainPart(value);
  if (Array.isArray(value)) return value.map(sanitize);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === "next" ? parts(one) : sanitize(one)]),
  );
}

/** The parts of a hint are joined without anything between them: the spaces at their ends count. */
function parts(value: unknown): unknown {
  if (!Array.isArray(value)) return sanitize(value);
  return value.map((part: unknown) => (typeof part === "string" ? plainSpan(part) : sanitize(part)));
}

/** Longer than any prompt or command. */
const maxLongText = 4 * 1024 * 1024;

/** As `sanitize`, for texts that are shown as they are: lines stay, other control characters become visible. */
export function sanitizeLong(value: unknown): unknown {
  if (typeof value === "string") return visible(value.slice(0, maxLongText));
  if (Array.isArray(value)) return value.map(sanitizeLong);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sanitizeLong(one)]));
}

/** Returns undefined for data that is not an event. */
export function sanitizeEvent(value: unknown, host: string): ProgressEvent | undefined {
  const found = progressEvent.safeParse(sanitize(value));
  if (!found.success) return undefined;
  const { detail, ...event } = found.data;
  return { ...event, ...(detail === undefined ? {} : { detail: addHostToLoginHint(detail, plain(host)) }) };
}

/**
 * Reads a question from a host. Trust in a configuration is stored per host, with the host in the hash: only the host knows which
 * configuration the hash belongs to.
 * @throws HOST_ANSWER_INVALID
 */
export function sanitizeQuestion(value: unknown, host: string): Question {
  const found = hostQuestion.safeParse(sanitize(value));
  if (!found.success) throw invalid("an unknown question");
  const { data: question } = found;
  if (question.kind === "confirm") return { ...question, text: `${host}: ${question.text}` };
  // Name the host: "this host" would mean the user's machine.
  return { ...question, project: `${question.project} on ${host}`, hash: `${host} ${question.hash}` };
}

export function invalid(what: string): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The host answered with ${what}.`, {
    hint: "run the same command again with --verbose; the host may run another version of cowork",
  });
}
