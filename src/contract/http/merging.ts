import * as z from "zod/mini";
import { claimMode } from "../merging/claims.ts";
import { outputs } from "../output.ts";
import { started } from "./operations.ts";
import { flag, sessionParam, type RouteContract } from "./route.ts";

// Sessions side by side: what collides, who holds which paths, what was merged.

const found = ["SESSION_NOT_FOUND", "HOST_UNREACHABLE"] as const;
const ofProject = ["NOT_A_PROJECT", "REF_NOT_FOUND", "PROJECT_EMPTY", "GIT_FAILED", "BUSY"] as const;
const label = z.string().check(z.minLength(1), z.maxLength(300));
const branch = z.string().check(z.maxLength(250), z.regex(/^[^-\s]/));
const glob = z.string().check(z.minLength(1), z.maxLength(4096));

export const mergingRoutes = {
  "GET /conflicts": {
    role: "view",
    summary: "Which sessions of a project would collide if they were merged now",
    details:
      "The same as `cowork conflicts --json`. The sessions are as they were last seen, `asOf`, and none is asked; `look=true` looks at all of them first. With `a` and `b`, as a pair names them, only that pair, and `diffs` has what a merge would leave in its files, both sides between git's markers.",
    query: z.object({
      /** id of a project */
      project: z.string(),
      look: z.exactOptional(flag),
      a: z.exactOptional(label),
      /** a session, or `project/{branch}` */
      b: z.exactOptional(label),
    }),
    output: outputs.conflicts,
    errors: [...ofProject, "SESSION_NOT_FOUND", "ENGINE_UNREACHABLE"],
  },
  "GET /claims": {
    role: "view",
    summary: "List the claims on paths, the oldest first",
    details:
      "The same as `cowork claim --json`. Without `project` and `session`, those of every project on this machine.",
    query: z.object({
      /** id of a project */
      project: z.exactOptional(z.string()),
      /** `{id}@{host}` */
      session: z.exactOptional(z.string()),
      /** only those that this path is under */
      path: z.exactOptional(glob),
    }),
    output: outputs.claim,
    errors: [...found, "NOT_A_PROJECT"],
  },
  "POST /sessions/{session}/claims": {
    role: "operate",
    summary: "Claim paths for a session",
    details:
      "Patterns as in a .gitignore, from the root of the repository. An exclusive claim denies edits by the agents of other sessions. One with the same patterns is replaced. `all` allows an exclusive claim on everything.",
    params: sessionParam,
    input: z.object({
      globs: z.array(glob).check(z.minLength(1), z.maxLength(50)),
      /** default: `shared` */
      mode: z.exactOptional(claimMode),
      why: z.exactOptional(z.string().check(z.maxLength(300))),
      all: z.exactOptional(z.boolean()),
    }),
    output: outputs["claim <session> <glob>"],
    status: 201,
    errors: [...found, "CLAIMED"],
  },
  "DELETE /sessions/{session}/claims": {
    role: "operate",
    summary: "End a session's claims, or with `glob` those with that pattern",
    params: sessionParam,
    query: z.object({ glob: z.exactOptional(glob) }),
    output: outputs["claim --release"],
    errors: found,
  },
  "GET /merges": {
    role: "view",
    summary: "The newest merge into a branch of a project",
    details: "The same as `cowork merge --status --json`: `merge` is null if there was none.",
    query: z.object({
      /** id of a project */
      project: z.string(),
      /** absent: the branch that is checked out */
      into: z.exactOptional(branch),
    }),
    output: outputs.merge,
    errors: ["NOT_A_PROJECT", "REF_NOT_FOUND"],
  },
  "POST /merges": {
    role: "operate",
    summary: "Merge sessions into a branch of a project, tested together",
    details:
      "As `cowork merge`: a conflict or a failed test leaves a session out, and the others land; the result of the operation says which. Without `test` the configured command tests it; another command needs the role full, because it runs without a question.",
    input: z.object({
      /** id of a project */
      project: z.string(),
      /** `{id}@{host}` of each */
      sessions: z.array(z.string().check(z.maxLength(300))).check(z.minLength(1), z.maxLength(50)),
      /** absent: the branch that is checked out */
      into: z.exactOptional(branch),
      test: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(4096))),
      /** one commit for each session */
      squash: z.exactOptional(z.boolean()),
      /** move the target even if it is checked out, if the project has no changes */
      ff: z.exactOptional(z.boolean()),
      /** also uncommitted changes, as a commit */
      uncommitted: z.exactOptional(z.boolean()),
    }),
    output: started,
    status: 202,
    errors: ["NOT_A_PROJECT"],
  },
} as const satisfies Record<string, RouteContract>;
