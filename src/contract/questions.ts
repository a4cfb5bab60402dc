import { createHash } from "node:crypto";
import * as z from "zod/mini";

// Questions to a person, and their possible answers. Plain data: a question can be stored and answered later by someone else.

/** A part of the project's configuration that reaches the host and that the user has not agreed to yet. */
export const finding = z.object({
  /** where it is, e.g. `.devcontainer/devcontainer.json: runArgs` or `base image: mounts` */
  where: z.string(),
  /** what it is, e.g. `--privileged` */
  what: z.string(),
  /** what access it gives the container, in one sentence */
  why: z.string(),
});

const trust = z.object({
  kind: z.literal("trust"),
  /** `agent`: about the agent's settings in the repository, which do not reach the host; a no is not an error */
  about: z.exactOptional(z.literal("agent")),
  project: z.string(),
  projectRoot: z.string(),
  hash: z.string(),
  findings: z.array(finding),
});

/** Is this the key of the right host? Only a person who has compared it can say yes: no flag, no variable. */
const hostKey = z.object({
  kind: z.literal("host-key"),
  /** the user's name for it */
  host: z.string(),
  /** `machine:port` */
  address: z.string(),
  /** `ED25519`, `ECDSA`, `RSA` */
  keyType: z.string(),
  /** `SHA256:…`, as ssh-keygen prints it */
  fingerprint: z.string(),
});

const confirm = z.object({
  kind: z.literal("confirm"),
  text: z.string(),
  detail: z.exactOptional(z.array(z.string())),
});

/** A choice; the answer is the `value` of one option. */
const choice = z.object({
  kind: z.literal("choice"),
  text: z.string(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
});

export const question = z.discriminatedUnion("kind", [trust, hostKey, confirm, choice]);

/** Questions that a remote host may ask. Not host keys: only the user's own machine asks about those. */
export const hostQuestion = z.discriminatedUnion("kind", [trust, confirm]);

export type Finding = z.infer<typeof finding>;
export type Question = z.infer<typeof question>;

/** A question as it is stored and shown; `id` is derived from its content, so that an answer applies only to what was asked. */
const withId = { id: z.string() };
export const storedQuestion = z.discriminatedUnion("kind", [
  z.extend(trust, withId),
  z.extend(hostKey, withId),
  z.extend(confirm, withId),
  z.extend(choice, withId),
]);

export type AskedQuestion = z.infer<typeof storedQuestion>;

/**
 * true and false: yes and no, or that nothing was chosen. A text: the value of the chosen option. null: there was no way to ask.
 */
export const answer = z.union([z.boolean(), z.string(), z.null()]);

export type Answer = z.infer<typeof answer>;

export function askedQuestion(asked: Question): AskedQuestion {
  const id = createHash("sha256").update(JSON.stringify(asked)).digest("hex").slice(0, 12);
  return { ...asked, id };
}

/** Is this a possible answer to the question? Text is an answer only to a choice, and only one of its values. */
export function isAnswerTo(asked: Question, given: unknown): given is Answer {
  if (asked.kind !== "choice") return typeof given === "boolean" || given === null;
  return given === false || given === null || asked.choices.some(({ value }) => value === given);
}
