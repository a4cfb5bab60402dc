/** What functions below the commands say while they work, and what they may ask. They never print. */

/** The steps of a session's way from name to running container, in order; other commands use a part of them. */
export type Step =
  | "plan"
  | "clone"
  | "carry"
  | "config"
  | "image"
  | "container"
  | "agent"
  | "ready"
  | "check"
  | "stop"
  | "start"
  | "remove";

export interface ProgressEvent {
  /** session name; empty for work that belongs to no single session (a base image, say) */
  session: string;
  step: Step;
  state: "start" | "done" | "failed" | "note";
  /** one line, already free of control characters */
  detail?: string;
}

export type Report = (event: ProgressEvent) => void;

/** Something of the project's configuration that reaches the host and that nobody has agreed to yet. */
export interface Finding {
  /** where it stands, e.g. `.devcontainer/devcontainer.json: runArgs` or `base image: mounts` */
  where: string;
  /** what it is, e.g. `--privileged` */
  what: string;
  /** what it gives to the container, in one sentence */
  why: string;
}

export type Question =
  | { kind: "trust"; project: string; projectRoot: string; hash: string; findings: Finding[] }
  | HostKeyQuestion
  | { kind: "confirm"; text: string; detail?: string[] };

/** Is this the key of the host that was meant? Only a person can say yes, who has compared it: no flag, no variable. */
export interface HostKeyQuestion {
  kind: "host-key";
  /** as the user called it */
  host: string;
  /** `machine:port` */
  address: string;
  /** `ED25519`, `ECDSA`, `RSA` */
  keyType: string;
  /** `SHA256:…`, as ssh-keygen prints it */
  fingerprint: string;
}

/**
 * Asks the user. Answers true for yes. Without a terminal a `confirm` is answered by the caller's flags, a `trust`
 * question without agreement throws TRUST_REQUIRED, and a `host-key` is answered with no.
 */
export type Ask = (question: Question) => Promise<boolean>;

/** A password, a pass phrase, a code. */
export interface SecretQuestion {
  text: string;
  detail?: string[];
  /** what is typed may be seen */
  echo: boolean;
}

/** Undefined: nobody can be asked, or the person gave up. */
export type AskSecret = (question: SecretQuestion) => Promise<string | undefined>;
