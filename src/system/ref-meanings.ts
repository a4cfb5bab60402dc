import { meaningsOf, nameIn } from "./ref-names.ts";

/** Runs git in a repository and returns its stdout, regardless of the exit code. */
export type AskGit = (args: readonly string[], input?: string) => Promise<string>;

/**
 * The possible meanings of an ambiguous expression like `main` or `main~2`, each written unambiguously; empty if it is not
 * ambiguous. git itself prefers a tag to a branch and a branch to an abbreviated id, and at most warns.
 */
export async function findMeanings(git: AskGit, expression: string): Promise<string[]> {
  const name = nameIn(expression);
  if (name === undefined || name.startsWith("-") || /[\0\n]/.test(expression)) return [];
  const found = await findCommits(
    git,
    meaningsOf(name).filter((ref) => ref.startsWith("refs/")),
  );
  // A full id always means that object.
  const isAbbreviation = /^[0-9a-f]{4,63}$/i.test(name) && name.length !== 40;
  if (found.size > 0 && isAbbreviation) {
    const ids = (await git(["rev-parse", `--disambiguate=${name}`])).split("\n").filter((id) => id !== "");
    for (const id of (await findCommits(git, ids)).values()) found.set(id, id);
  }
  if (new Set(found.values()).size < 2) return [];
  // The most likely meaning first.
  const order = ["refs/heads/", "refs/tags/", "refs/remotes/"];
  const rank = (ref: string): number => order.findIndex((start) => ref.startsWith(start)) >>> 0;
  return [...found.keys()].toSorted((a, b) => rank(a) - rank(b)).map((ref) => ref + expression.slice(name.length));
}

/** The commits of full names or ids. Names that do not lead to a commit are left out. */
export async function findCommits(git: AskGit, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const input = names.map((name) => `${name}^{commit}\n`).join("");
  // One line for each name, in order, even for a missing one.
  const lines = (await git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], input)).split("\n");
  return new Map(
    names.flatMap((name, n) => {
      const commit = /^([0-9a-f]{40,64}) commit$/.exec(lines[n] ?? "")?.[1];
      return commit === undefined ? [] : [[name, commit] as const];
    }),
  );
}
