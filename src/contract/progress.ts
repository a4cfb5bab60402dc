import * as z from "zod/mini";
import { texts } from "./common.ts";

/** The steps of a session's way from name to running container, in order; other commands use a part of them. */
export const step = z.enum([
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
]);

export const progressEvent = z.object({
  /** session name; empty for work that belongs to no single session (a base image, say) */
  session: z.string(),
  step,
  state: z.enum(["start", "done", "failed", "note"]),
  /** one line, already free of control characters */
  detail: z.exactOptional(z.string()),
});

/** Something of the project's configuration that reaches the host and that nobody has agreed to yet. */
export const finding = z.object({
  /** where it stands, e.g. `.devcontainer/devcontainer.json: runArgs` or `base image: mounts` */
  where: z.string(),
  /** what it is, e.g. `--privileged` */
  what: z.string(),
  /** what it gives to the container, in one sentence */
  why: z.string(),
});

export const trustQuestion = z.object({
  kind: z.literal("trust"),
  project: z.string(),
  projectRoot: z.string(),
  hash: z.string(),
  findings: z.array(finding),
});

export const confirmQuestion = z.object({
  kind: z.literal("confirm"),
  text: z.string(),
  detail: z.exactOptional(texts),
});

/** Is this the key of the host that was meant? Only a person can say yes, who has compared it: no flag, no variable. */
export const hostKeyQuestion = z.object({
  kind: z.literal("host-key"),
  /** as the user called it */
  host: z.string(),
  /** `machine:port` */
  address: z.string(),
  /** `ED25519`, `ECDSA`, `RSA` */
  keyType: z.string(),
  /** `SHA256:…`, as ssh-keygen prints it */
  fingerprint: z.string(),
});

/** What a host's part may ask of the user elsewhere: a key is shown by the user's own machine alone. */
export const hostQuestion = z.union([trustQuestion, confirmQuestion]);

export const question = z.union([trustQuestion, confirmQuestion, hostKeyQuestion]);

export type Step = z.infer<typeof step>;
export type ProgressEvent = z.infer<typeof progressEvent>;
export type Finding = z.infer<typeof finding>;
export type Question = z.infer<typeof question>;
