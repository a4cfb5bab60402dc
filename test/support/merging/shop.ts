import { join } from "node:path";
import type { ConflictPair } from "../../../src/contract/merging/conflicts.ts";
import { lookAtSessions, type Clone, type LookRequest, type LookResult } from "../../../src/merging/look.ts";
import { localInside } from "../git/git-local-inside.ts";
import { gitWorkshop, type GitWorkshop } from "../git/git-project.ts";

/** A project with clones, which are looked at with real git and without an engine. */
export interface MergingShop extends Omit<GitWorkshop, "project"> {
  project: string;
  /** makes a clone of the project's main branch; its script runs in it, on a branch of its name */
  clone(name: string, script?: string): Promise<string>;
  /** the clones, or the named ones */
  look(options?: Partial<LookRequest> & { names?: string[] }): Promise<LookResult>;
  /** class and kinds of one pair: `textual content:f.ts` */
  pair(result: LookResult, a: string, b: string): string;
}

export async function mergingShop(files = "echo hello >readme"): Promise<MergingShop> {
  const shop = await gitWorkshop();
  const project = join(shop.root, "app");
  await shop.sh(shop.root, `git init -q app; cd app; ${files}; git add -A; git commit -qm one`);
  const clones = new Map<string, Clone>();
  return {
    ...shop,
    project,
    clone: async (name, script = ":") => {
      const folder = join(shop.root, "cowork", "sessions", `app-${name}`);
      const commit = await shop.git(project, "rev-parse", "main");
      await shop.sh(shop.root, `git clone -q app '${folder}'; cd '${folder}'; git checkout -qb '${name}'`);
      await shop.sh(folder, script);
      clones.set(name, {
        id: `app-${name}`,
        name,
        host: "local",
        running: true,
        open: () =>
          Promise.resolve({
            inside: localInside(folder, { ...shop.env, TMPDIR: shop.root }),
            start: { commit },
            close: () => Promise.resolve(),
          }),
      });
      return folder;
    },
    look: async ({ names, ...options } = {}) => {
      const tip = await shop.git(project, "rev-parse", "main");
      return await lookAtSessions(shop.context, {
        project: { name: "app", root: project },
        source: { kind: "repository", root: project, gitDir: join(project, ".git") },
        target: { branch: "main", tips: [tip] },
        clones: [...clones.values()].filter(({ name }) => names?.includes(name) ?? true),
        pairs: true,
        ...options,
      });
    },
    pair: ({ pairs }, a, b) => describePair(pairs.find((one) => one.a === a && one.b === b)),
  };
}

function describePair(pair: ConflictPair | undefined): string {
  if (pair === undefined) return "no such pair";
  const paths = pair.paths.map(({ kind, path }) => `${kind}:${path}`);
  return [pair.class, ...paths, ...(pair.reason === undefined ? [] : [`(${pair.reason})`])].join(" ");
}
