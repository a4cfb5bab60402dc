import { visible } from "../../system/text.ts";
import {
  conflictClass,
  conflictKind,
  type ConflictPair,
  type ConflictsOutput,
  type JudgedSession,
} from "../../contract/merging/conflicts.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { isCollision } from "../../merging/cache/update-summary.ts";
import { plain } from "../../system/text.ts";
import { findSessions, type Found } from "../find/find-sessions.ts";
import type { Scope } from "../scope.ts";
import { lookAtProject, type LookWanted, type ProjectLook } from "./look.ts";
import { projectTarget } from "./project-target.ts";

export interface ConflictsWanted {
  /** sessions, each with all pairs that it is in; none: all of this project */
  words: readonly string[];
  /** only pairs of this class, or with a path of this kind */
  type?: string;
}

export interface Conflicts extends ConflictsOutput {
  /** 8: something collides; 1: nothing does, but a session could not be judged */
  exitCode: number;
}

/**
 * Compares sessions of a project with each other and with its branch.
 * @throws USAGE for an unknown type, NOT_A_PROJECT, SESSION_NOT_FOUND, GIT_FAILED, ENGINE_UNREACHABLE
 */
export async function findConflicts(scope: Scope, wanted: ConflictsWanted): Promise<Conflicts> {
  checkType(wanted.type);
  const looks = await Promise.all((await projectsOf(scope, wanted)).map(async (one) => await compareProject(one)));
  return conflictsOf(looks, wanted);
}

/** The projects of the named sessions, each with a scope. */
export async function projectsOf(scope: Scope, { words }: ConflictsWanted): Promise<Found[]> {
  return await findSessions(scope, { words, all: false }, { verb: "conflicts" });
}

export async function compareProject(
  { scope, selector }: Found,
  options: Pick<LookWanted, "still" | "only"> = {},
): Promise<ProjectLook> {
  const { names } = selector;
  const look = await lookAtProject(scope, {
    pairs: true,
    ...(names === undefined ? {} : { names }),
    ...options,
  });
  const missing = names?.find((name) => !look.sessions.some((session) => session.name === name));
  if (missing === undefined) return look;
  throw new CoworkError("SESSION_NOT_FOUND", `Session ${plain(missing)} not found.`, { hint: [ownCommand("list")] });
}

/** Pure: what is wanted of a look, and the exit code for it. */
export function conflictsOf(looks: readonly ProjectLook[], { type }: ConflictsWanted): Conflicts {
  const sessions = looks.flatMap((look) => look.sessions);
  const all = looks.flatMap((look) => look.pairs);
  const pairs = type === undefined ? all : all.flatMap((pair) => ofType(pair, type) ?? []);
  const isUnknown = sessions.some(({ judged }) => !judged) || all.some((pair) => pair.class === "unknown");
  return { sessions, pairs, exitCode: pairs.some((pair) => isCollision(pair.class)) ? 8 : isUnknown ? 1 : 0 };
}

function ofType(pair: ConflictPair, type: string): ConflictPair | undefined {
  if (pair.class === type) return pair;
  const paths = pair.paths.filter(({ kind }) => kind === type);
  return paths.length === 0 ? undefined : { ...pair, paths };
}

/** @throws USAGE */
export function checkType(type: string | undefined): void {
  const known = [...conflictClass.options, ...conflictKind.options];
  if (type === undefined || known.some((one) => one === type)) return;
  throw usageError(`--type ${plain(type)} is not a class or a kind of conflict.`, `one of: ${known.join(", ")}`);
}

export interface ConflictDiff {
  a: string;
  b: string;
  /** git's text with conflict markers, safe to show */
  text: string;
}

/** What merges of the pairs that collide would leave in their files. */
export async function conflictDiffs(
  scope: Scope,
  wanted: ConflictsWanted,
  { sessions, pairs }: ConflictsOutput,
): Promise<ConflictDiff[]> {
  const { conflictTexts } = await import("../../merging/conflict-text.ts");
  const [found] = await projectsOf(scope, wanted);
  const project = await (found?.scope ?? scope).project();
  const target = await projectTarget(scope.ctx, project);
  if (target === undefined) return [];
  const commitOf = (name: string): string =>
    name.startsWith("project/") ? target.tips[0] : (sessions.find((one) => isNamed(one, name))?.commit ?? "");
  const chosen = pairs.filter((pair) => pair.class === "textual");
  const texts = await conflictTexts(
    scope.ctx,
    { project: project.facts, source: project.source, target },
    chosen.map(({ a, b, paths }) => ({
      a: { name: a, commit: commitOf(a) },
      b: { name: b, commit: commitOf(b) },
      paths: paths.map(({ path }) => path),
    })),
  );
  return chosen.map(({ a, b }, n) => ({ a, b, text: visible(texts[n] ?? "") }));
}

function isNamed({ name, host }: JudgedSession, label: string): boolean {
  return name === label || `${name}@${host}` === label;
}
