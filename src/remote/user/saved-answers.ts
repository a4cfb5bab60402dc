import type { TreeEntry } from "../../clone/inspection.ts";
import type { Saved } from "../../clone/saved.ts";
import type { ProjectIdentity, UserSide } from "../../session/user-side.ts";

type Chain = [name: string, path: string][];

/**
 * Answers what a host asks about the project: `saved(project, chain, method, …)`. The host is not trusted: it is told of the
 * project that the command was called in and of no other, by content alone.
 */
export function answerSaved(user: UserSide): (...args: never[]) => Promise<unknown> {
  return async (...[project, chain, method, ...args]: unknown[]): Promise<unknown> => {
    if (!isIdentity(project)) return undefined;
    const all = await user.saved(project);
    if (method === "isKnown") return all !== undefined;
    const saved = (isChain(chain) ? chain : []).reduce<Saved | undefined>(
      (one, [name, path]) => one?.module(name, path),
      all,
    );
    return saved === undefined ? undefined : await answer(saved, method, args);
  };
}

async function answer(saved: Saved, method: unknown, args: unknown[]): Promise<unknown> {
  const [first, entry, raw] = args;
  if (method === "tips") return await saved.tips();
  if (method === "tags") return [...(await saved.tags())];
  if (method === "advertised") return [...(await saved.advertised())];
  if (method === "reachable") return [...(await saved.reachable(isStrings(first) ? first : []))];
  if (typeof first !== "string") return undefined;
  if (method === "hasTree") return await saved.hasTree(first);
  if (method === "hasLfs") return await saved.hasLfs(first);
  if (method === "sameFile" && isEntry(entry)) return await saved.sameFile(first, entry, raw === true);
  return undefined;
}

function isIdentity(value: unknown): value is ProjectIdentity {
  const { name, root, rootCommit } = (value ?? {}) as Record<string, unknown>;
  return typeof name === "string" && typeof root === "string" && typeof rootCommit === "string";
}

function isChain(value: unknown): value is Chain {
  return Array.isArray(value) && value.every((pair) => isStrings(pair) && pair.length === 2);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isEntry(value: unknown): value is TreeEntry {
  const { mode, oid } = (value ?? {}) as Record<string, unknown>;
  return typeof mode === "string" && typeof oid === "string";
}
