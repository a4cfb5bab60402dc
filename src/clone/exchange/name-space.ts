import type { NameSpace } from "../../system/ref-names.ts";

/** Runs git and returns stdout without its last line end; undefined if git exited with a code other than 0. */
export type Git = (args: string[]) => Promise<string | undefined>;

/** The names in use in a repository: its refs with their objects, its remotes, and whether case matters. */
export async function readNameSpace(
  git: Git,
): Promise<{ taken: Map<string, string>; space: NameSpace & { refs: Set<string> } }> {
  const taken = new Map<string, string>();
  const list = (await git(["for-each-ref", "--format=%(objectname) %(refname)"])) ?? "";
  for (const line of list.split("\n").filter((each) => each !== ""))
    taken.set(line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" ")));
  const configured = ((await git(["remote"])) ?? "").split("\n").filter((name) => name !== "");
  // Includes remote branches that a removed remote has left.
  const seen = [...taken.keys()].flatMap((ref) => /^refs\/remotes\/([^/]+)\//.exec(ref)?.[1] ?? []);
  const ignoreCase = (await git(["config", "--type=bool", "--get", "core.ignorecase"])) === "true";
  return { taken, space: { refs: new Set(taken.keys()), remotes: [...new Set([...configured, ...seen])], ignoreCase } };
}

/** May git read this name as an object id, or the beginning of one (`c0ffee`, `v1-2-gc0ffee`)? */
export async function namesAnObject(git: Git, name: string): Promise<boolean> {
  const digits = /(?:^|-g)([0-9a-f]{4,64})$/i.exec(name)?.[1];
  return digits !== undefined && ((await git(["rev-parse", `--disambiguate=${digits}`])) ?? "") !== "";
}

/** A branch or tag as people write it. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, "");
}
