import { meaningsOf, nameIn } from "./ref-names.ts";

/** Runs git in a repository; its stdout, whatever its exit code. */
export type AskGit = (args: readonly string[], input?: string) => Promise<string>;

/**
 * What an expression like `main` or `main~2` may mean, each written so that it means nothing else; empty where git has no choice. git
 * itself takes a tag before a branch and a branch before an abbreviated id, and at most warns.
 */
export async function findMeanings(git: AskGit, expression: string): Promise<string[]> {
  const name = nameIn(expression);
  if (name === undefined || name.startsWith("-") || /[\0\n]/.test(expression)) return [];
  const found = await findCommits(
    git,
    meaningsOf(name).filter((ref) => ref.startsWith("refs/")),
  );
  // A whole id is always that object.
  const isAbbreviation = /^[0-9a-f]{4,63}$/i.test(name) && name.length !== 40;
  if (found.size > 0 && isAbbreviation) {
    const ids = (await git(["rev-parse", `--disambiguate=${name}`])).split("\n").filter((id) => id !== "");
    for (const id of (await findCommits(git, ids)).values()) found.set(id, id);
  }
  if (new Set(found.values()).size < 2) return [];
  // First what people mean most often.
  const order = ["refs/heads/", "refs/tags/", "refs/remotes/"];
  const rank = (ref: string): number => order.findIndex((start) => ref.startsWith(start)) >>> 0;
  return [...found.keys()].toSorted((a, b) => rank(a) - rank(b)).map((ref) => ref + expression.slice(name.length));
}

/** The commits that full names or ids lead to; what is none is left out. */
export async function findCommits(git: AskGit, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const input = names.map((name) => `${name}^{commit}\n`).join("");
  // One line for each, in order; what is not there is told by its name.
  const lines = (await git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], input)).split("\n");
  return new Map(
    names.flatMap((name, n) => {
      const commit = /^([0-9a-f]{40,64}) commit$/.exec(lines[n] ?? "")?.[1];
      return commit === undefined ? [] : [[name, commit] as const];
    }),
  );
}
