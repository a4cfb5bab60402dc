import * as z from "zod/mini";
import { claimPaths, listClaims, releaseClaims } from "../../app/merging/claims.ts";
import { conflictsAsOf } from "../../app/merging/conflicts-as-of.ts";
import { mergeStatus } from "../../app/merging/merge-sessions.ts";
import { conflictsOutput } from "../../contract/merging/conflicts.ts";
import { outputs } from "../../contract/output.ts";
import { usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../../app/scope.ts";
import { session } from "../inputs.ts";
import { defineTool } from "../tool.ts";

const glob = z.string().check(z.minLength(1), z.maxLength(4096));
const globs = z.array(glob).check(z.minLength(1), z.maxLength(50));

export const conflictsTool = defineTool({
  name: "conflict_preview",
  role: "view",
  title: "Preview conflicts",
  summary:
    "Compares sessions of this project with each other and with its branch: which would collide if they were merged now, in which paths and names. clean means no sign of a collision, not that it works. Sessions are as last seen (asOf) unless look is true, which takes seconds.",
  input: z.object({
    sessions: z.exactOptional(
      z.array(session).check(z.maxLength(50), z.describe("Only pairs that one of these is in")),
    ),
    look: z.exactOptional(z.boolean().check(z.describe("Look at the sessions' files first"))),
  }),
  output: conflictsOutput,
  list: "pairs",
  foreign: ["pairs.paths", "reason", "during"],
  run: async (scope, { sessions: words = [], look = false }) => {
    const { sessions, pairs } = await conflictsAsOf(scope, { words, look });
    return { sessions, pairs };
  },
});

export const claimsTool = defineTool({
  name: "list_claims",
  role: "view",
  title: "List claims",
  summary:
    "Lists who works on which paths: advisory claims of sessions, with mode, reason and end. exclusive: edits by the agents of other sessions are denied.",
  input: z.object({
    session: z.exactOptional(session),
    path: z.exactOptional(glob.check(z.describe("Only claims that this path is under"))),
  }),
  output: outputs.claim,
  list: "claims",
  foreign: ["why", "globs"],
  run: async (scope, { session: word, path }) => ({ claims: await listClaims(scope, { session: word, path }) }),
});

export const mergeTool = defineTool({
  name: "merge_status",
  role: "view",
  title: "Status of a merge",
  summary: "Shows the running or the last merge of sessions into a branch: what became of each. null: there was none.",
  input: z.object({
    into: z.exactOptional(
      z.string().check(z.minLength(1), z.maxLength(250), z.describe("Branch of the project (default: checked out)")),
    ),
  }),
  output: outputs.merge,
  foreign: ["merge.items.paths", "merge.items.detail", "merge.items.output", "merge.step"],
  run: async (scope, { into }) => ({ merge: (await mergeStatus(scope, into)) ?? null }),
});

export const claimFilesTool = defineTool({
  name: "claim_files",
  role: "operate",
  title: "Claim files",
  summary:
    "Says that a session works on these paths, so that the agents of others get a note when they edit there. Never exclusive: a person claims that with `cowork claim`. It lapses an hour after the session's agent was last heard of.",
  input: z.object({
    session,
    globs: globs.check(z.describe("Patterns as in a .gitignore, from the root of the repository: src/auth/**")),
    mode: z.exactOptional(
      z.enum(["shared", "intent"]).check(z.describe("shared (default): others get a note. intent: it is only listed")),
    ),
    why: z.exactOptional(z.string().check(z.maxLength(300))),
  }),
  output: outputs["claim <session> <glob>"],
  foreign: ["claim.why", "claim.globs"],
  run: async (scope, { session: word, globs: wanted, mode = "shared", why }) => {
    await keepExclusive(scope, word);
    return { claim: await claimPaths(scope, { session: word, globs: wanted, mode, why, all: false }) };
  },
});

export const releaseClaimTool = defineTool({
  name: "release_claim",
  role: "operate",
  title: "Release claims",
  summary: "Ends a session's claims, or those with one of these patterns. Refused if the session has an exclusive one.",
  input: z.object({ session, globs: z.exactOptional(globs) }),
  output: outputs["claim --release"],
  list: "released",
  foreign: ["why", "globs"],
  run: async (scope, { session: word, globs: wanted = [] }) => {
    await keepExclusive(scope, word);
    return { released: await releaseClaims(scope, { session: word, globs: wanted }) };
  },
});

/** A claim with the same patterns replaces one, so both tools could end what a person has claimed exclusively. @throws USAGE */
async function keepExclusive(scope: Scope, word: string): Promise<void> {
  const claims = await listClaims(scope, { session: word, path: undefined });
  if (!claims.some(({ mode }) => mode === "exclusive")) return;
  throw usageError(
    `${plain(word)} has an exclusive claim, which a person ends or changes.`,
    steps`a person runs ${ownCommand("claim", word, "--release")}`,
  );
}
