import { CoworkError } from "../../errors.ts";
import type { Question } from "../../contract/questions.ts";
import type { ProgressEvent, Step } from "../../events.ts";
import { plain } from "../../system/text.ts";
import { loginWords } from "./login-words.ts";

// What a host says is untrusted: every text of it is made harmless before anything else sees it, and what has not the form
// that was asked for is an error and not believed.

/** Longer than any path, name or message of ours. */
const maxText = 10_000;

/** The same value with harmless texts. Keys stay: nobody shows them. */
export function tame(value: unknown): unknown {
  if (typeof value === "string") return plain(value.slice(0, maxText));
  if (Array.isArray(value)) return value.map(tame);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tame(one)]));
}

const steps: readonly Step[] = [
  "plan",
  "clone",
  "carry",
  "config",
  "image",
  "container",
  "agent",
  "ready",
  "check",
  "stop",
  "start",
  "remove",
];
const states = ["start", "done", "failed", "note"] as const;

/** Undefined for what is no event. */
export function tameEvent(value: unknown, host: string): ProgressEvent | undefined {
  const { session, step, state, detail } = asRecord(tame(value));
  const [known, how] = [steps.find((one) => one === step), states.find((one) => one === state)];
  if (typeof session !== "string" || known === undefined || how === undefined) return undefined;
  return {
    session,
    step: known,
    state: how,
    ...(typeof detail === "string" ? { detail: loginWords(detail, plain(host)) } : {}),
  };
}

/**
 * A question of the host's. Agreement to a configuration counts for that host alone: under a hash of its own, since which
 * configuration the hash stands for is known by the host's word only.
 * @throws HOST_ANSWER_INVALID
 */
export function tameQuestion(value: unknown, host: string): Question {
  const { kind, text, detail, project, projectRoot, hash, findings } = asRecord(tame(value));
  if (kind === "confirm" && typeof text === "string") {
    return { kind, text: `${host}: ${text}`, ...(isTexts(detail) ? { detail } : {}) };
  }
  const isTrust = kind === "trust" && [project, projectRoot, hash].every((one) => typeof one === "string");
  if (!isTrust || !Array.isArray(findings)) throw invalid("a question that cowork does not know");
  return {
    kind,
    // "This host" is not the one that the question is read on.
    project: `${String(project)} on ${host}`,
    projectRoot: String(projectRoot),
    hash: `${host} ${String(hash)}`,
    findings: findings.map((one) => {
      const { where, what, why } = asRecord(one);
      return { where: String(where), what: String(what), why: String(why) };
    }),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function invalid(what: string): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The host answered with ${what}.`, {
    hint: "it may be another version: run the same command again with --verbose",
  });
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
