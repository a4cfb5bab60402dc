import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { type AskGit, findMeanings } from "../../system/ref-meanings.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { hostGit } from "../git/host-git.ts";
import { makeBundle } from "./make-bundle.ts";
import { copyCommitsScript, integrateScript } from "./push-script.ts";
import { readRefsInside } from "./refs-inside.ts";
import type { GitInside } from "../types.ts";

export interface PushSpec {
  session: string;
  /** the branch that the session was started on, and whether the project had it then */
  start: { branch: string; existing: boolean };
  /** branch, tag, remote-tracking branch or commit of the project; default: the session's own branch where the project had it, else what the project has checked out */
  ref?: string;
  integrate?: "merge" | "rebase";
  /** leave conflicts in the session, to be resolved there */
  keepConflicts?: boolean;
  identity: { name: string | undefined; email: string | undefined };
}

export interface PushResult {
  /** ref inside that now points to the commits */
  ref: string;
  commit: string;
  state: "made" | "updated" | "unchanged";
  /** how `integrate` moved the session's branch */
  moved?: { from: string; to: string };
}

/** The bundle goes through a pipe; anything larger than this is better pushed through a remote. */
const maxBundleBytes = 1024 ** 3;

/**
 * Sends the project's commits into a session: a branch `x` becomes `refs/remotes/project/x` there (the clone's view of the
 * project), `origin/x` becomes `refs/remotes/origin/x`, a tag stays a tag if the name is free. The session's branches and files
 * change only with `integrate`, and not at all if that runs into conflicts, except with `keepConflicts`.
 *
 * @throws USAGE for an ambiguous name, REF_NOT_FOUND, CONFLICT (aborted, nothing changed), GIT_FAILED (uncommitted changes, another operation in progress), OUTPUT_TOO_LARGE
 */
export async function pushSession(
  ctx: Context,
  inside: GitInside,
  source: Source,
  spec: PushSpec,
): Promise<PushResult> {
  const chosen = await chooseRef(ctx, source, spec);
  const refs = await readRefsInside(inside);
  const old = refs.refs.get(chosen.target);
  if (chosen.target.startsWith("refs/tags/") && old !== undefined && old !== chosen.oid) {
    throw new CoworkError(
      "BRANCH_DIVERGED",
      `Session ${spec.session} has a different tag ${plain(chosen.target.slice("refs/tags/".length))}.`,
      {
        hint: steps`push the commit itself: ${ownCommand("push", spec.session, chosen.commit.slice(0, 12))}`,
      },
    );
  }
  const kept = old === chosen.oid || (await transfer(ctx, inside, source, chosen, [...refs.refs.values()]));
  const state = kept ? "unchanged" : old === undefined ? "made" : "updated";
  const result: PushResult = { ref: chosen.target, commit: chosen.commit, state };
  if (spec.integrate === undefined) return result;
  const moved = await integrate(inside, spec, chosen.commit);
  return moved === undefined ? result : { ...result, moved };
}

interface Chosen {
  /** ref in the session */
  target: string;
  /** the object that the ref points to; for an annotated tag, the tag itself */
  oid: string;
  commit: string;
}

async function chooseRef(ctx: Context, source: Source, spec: PushSpec): Promise<Chosen> {
  const root = source.kind === "repository" ? source.root : undefined;
  const git = async (...args: string[]): Promise<string | undefined> => {
    const where = root === undefined ? ["--git-dir", source.gitDir] : ["-C", root];
    const result = await hostGit(ctx, [...where, ...args], {
      safe: [source.gitDir, ...(root === undefined ? [] : [root])],
    });
    return result.code === 0 ? result.stdout.trim() : undefined;
  };
  const own = spec.start.existing
    ? await git("rev-parse", "-q", "--verify", `refs/heads/${spec.start.branch}`)
    : undefined;
  const ref = spec.ref ?? (own === undefined ? "HEAD" : `refs/heads/${spec.start.branch}`);
  await checkMeaning(ctx, source, spec);
  const commit = ref.startsWith("-") ? undefined : await git("rev-parse", "-q", "--verify", `${ref}^{commit}`);
  if (commit === undefined) {
    throw new CoworkError("REF_NOT_FOUND", `The project has no branch, tag or commit ${plain(ref)}.`, {
      hint: "list the branches: git branch -a",
    });
  }
  const full = (await git("rev-parse", "-q", "--symbolic-full-name", ref)) ?? "";
  const oid = (await git("rev-parse", "-q", "--verify", ref)) ?? commit;
  if (full.startsWith("refs/heads/"))
    return { target: `refs/remotes/project/${full.slice("refs/heads/".length)}`, oid: commit, commit };
  if (full.startsWith("refs/remotes/origin/") && !full.endsWith("/HEAD")) return { target: full, oid: commit, commit };
  if (full.startsWith("refs/tags/")) return { target: full, oid, commit };
  return {
    target: `refs/remotes/project/${full === "HEAD" || full === "" ? "HEAD" : full.replace(/^refs\//, "")}`,
    oid: commit,
    commit,
  };
}

/** @throws USAGE if the name is ambiguous: git would take one of the commits, and at most warn */
async function checkMeaning(ctx: Context, source: Source, { ref, session }: PushSpec): Promise<void> {
  if (ref === undefined) return;
  const git: AskGit = async (args, input) => {
    const options = { safe: [source.gitDir], ...(input === undefined ? {} : { input }) };
    return (await hostGit(ctx, ["--git-dir", source.gitDir, ...args], options)).stdout;
  };
  const meanings = await findMeanings(git, ref);
  if (meanings.length === 0) return;
  const all = meanings.map((meaning) => plain(meaning)).join(", ");
  throw new CoworkError("USAGE", `${plain(ref)} is ambiguous in the project: ${all}.`, {
    hint: steps`use a full name: ${ownCommand("push", session, plain(meanings[0] ?? ""))}`,
  });
}

/** @returns true if the session's ref was ahead and was not moved */
async function transfer(
  ctx: Context,
  inside: GitInside,
  source: Source,
  chosen: Chosen,
  have: string[],
): Promise<boolean> {
  const folder = join(ctx.paths.stateRoot, ".tmp", `push-${randomBytes(8).toString("hex")}`);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    const file = await makeBundle(ctx, source, { oids: [chosen.oid], have }, folder);
    if (file !== undefined && (await stat(file)).size > maxBundleBytes) {
      throw new CoworkError("OUTPUT_TOO_LARGE", `${plain(chosen.target)} is too large to send at once.`, {
        hint: "push it to the origin and fetch it inside",
      });
    }
    const input = file === undefined ? new Uint8Array() : await readFile(file);
    const result = await inside.script(copyCommitsScript(chosen.target, chosen.oid), {
      input,
      write: true,
      timeoutMs: 30 * 60_000,
    });
    if (result.code !== 0) throw insideFailed("Receiving the project's commits", result);
    return result.stdout.trim() === "kept";
  } finally {
    await removeTree(folder);
  }
}

async function integrate(
  inside: GitInside,
  spec: PushSpec,
  commit: string,
): Promise<{ from: string; to: string } | undefined> {
  const how = spec.integrate ?? "merge";
  const identity = { name: spec.identity.name ?? "cowork", email: spec.identity.email ?? "cowork@localhost" };
  const keep = spec.keepConflicts === true;
  const script = integrateScript(how, commit, { identity, keep });
  const result = await inside.script(script, { write: true, timeoutMs: 10 * 60_000 });
  const [, from = "", to = ""] = /^moved ([0-9a-f]+) ([0-9a-f]+)$/m.exec(result.stdout) ?? [];
  const conflicts = result.stdout
    .split("\0")
    .flatMap((part) => (part.startsWith("conflict ") ? [plain(part.slice("conflict ".length))] : []));
  const where = `session ${spec.session}`;
  if (result.code === 91)
    throw new CoworkError("GIT_FAILED", `Another git operation is in progress in ${where}.`, {
      hint: "finish or abort it inside, then run the same command again",
    });
  if (result.code === 92)
    throw new CoworkError("GIT_FAILED", `There are uncommitted changes in ${where}.`, {
      hint: "commit or stash them inside, then run the same command again",
    });
  if (result.code === 90) throw conflict(spec, how, { commit, conflicts, keep });
  if (result.code !== 0) throw insideFailed(`The ${how} in ${where}`, result);
  return from === to ? undefined : { from, to };
}

function conflict(
  { session }: PushSpec,
  how: "merge" | "rebase",
  { commit, conflicts, keep }: { commit: string; conflicts: readonly string[]; keep: boolean },
): CoworkError {
  const files = conflicts.slice(0, 5).join(", ") + (conflicts.length > 5 ? ` and ${conflicts.length - 5} more` : "");
  const end = `${keep ? "and waits to be resolved" : "and was aborted"}${files === "" ? "" : `: ${files}`}.`;
  const undo = `git ${how} --abort`;
  const hint = keep
    ? steps`resolve them inside: ${ownCommand("connect", session)}; or undo it: ${ownCommand("connect", session, "--", ...undo.split(" "))}`
    : `resolve them inside, where the commits are now: git ${how} ${commit.slice(0, 12)}`;
  return new CoworkError("CONFLICT", `The ${how} in session ${session} ran into conflicts ${end}`, { hint });
}

function insideFailed(what: string, result: { code: number; stderr: string }): CoworkError {
  const message = plain(result.stderr.trim().split("\n").at(-1) ?? "").slice(0, 300);
  return new CoworkError("GIT_FAILED", `${what} failed: ${message || `code ${result.code}`}`, {
    detail: result.stderr,
  });
}
