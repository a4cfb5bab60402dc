import type { Identity } from "../../clone/exchange/bundle-script.ts";
import type { GitInside } from "../../clone/types.ts";
import type { Source } from "../../project/types.ts";
import type { TakenFrom } from "./take.ts";

/** What a merge needs of the world around it. */
export interface MergeParts {
  source: Source;
  identity: Identity;
  /** Opens a session's clone for as long as the work takes. */
  withClone<T>(name: string, work: (clone: TakenFrom & { start: string }) => Promise<T>): Promise<T>;
  /** The session of its own that the tests run in; it is made when it is first used. */
  tests: {
    withClone<T>(work: (inside: GitInside) => Promise<T>): Promise<T>;
    /** Runs the tests on what is checked out. `output` may be cut to its end. */
    run(test: string): Promise<{ code: number; output: string }>;
  };
  /** The agent of that session, which resolves conflicts. */
  agent?: {
    /** Gives it a prompt and waits for the end of its run. */
    run(prompt: string): Promise<{ run: string; ok: boolean; detail?: string }>;
    /** What a session was last asked to do, as one line. */
    task(name: string): Promise<string | undefined>;
  };
  /** Leaves the output of failed tests in a session's clone. @returns the file, relative to the clone */
  leaveOutput(name: string, output: string): Promise<string | undefined>;
}
