/** What functions below the commands say while they work, and what they may ask. They never print. */

import type { ProgressEvent, Question } from "./contract/progress.ts";

export type { ProgressEvent, Question };
export type { Finding, Step } from "./contract/progress.ts";

export type Report = (event: ProgressEvent) => void;

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
