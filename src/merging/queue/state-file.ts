import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../contract/common.ts";
import { storedMerge, type MergeView, type StoredMerge } from "../../contract/merging/merge.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";

/** Folder of the newest merge into one target: its state, and its scratch repository while it runs. @param key of its job */
export function mergeFolder(ctx: Pick<Context, "paths">, key: string): string {
  return join(ctx.paths.stateRoot, ".merges", key);
}

/** The newest merge with that key; undefined if there is none that can be read. */
export function readMerge(ctx: Pick<Context, "paths">, key: string): StoredMerge | undefined {
  try {
    return storedMerge.safeParse(parseJson(readFileSync(join(mergeFolder(ctx, key), "state.json"), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** The state of a merge, which is on disk after each change. */
export interface MergeState {
  readonly view: MergeView;
  update(change: Partial<MergeView>): Promise<void>;
  /** Also leaves fields out. */
  replace(view: MergeView): Promise<void>;
  /** Whether the tests passed with this tree before, in a merge that was interrupted. */
  hasPassed(tree: string): boolean;
  passed(tree: string): Promise<void>;
}

/**
 * Begins a merge, or goes on with one that was interrupted: it keeps its id, its session, and what its tests have shown.
 * @param fresh of a new merge
 */
export async function openMergeState(ctx: Context, key: string, fresh: MergeView): Promise<MergeState> {
  const folder = mergeFolder(ctx, key);
  await ensureFolder(folder, { mode: 0o700 });
  const before = readMerge(ctx, key);
  const unfinished = before?.view.state === "running" || before?.view.state === "interrupted" ? before : undefined;
  const { id = fresh.id, session } = unfinished?.view ?? {};
  let view: MergeView = { ...fresh, id, ...(session === undefined ? {} : { session }) };
  const known = unfinished?.tested?.test === fresh.test ? unfinished?.tested?.passed : undefined;
  const passed = new Map(Object.entries(known ?? {}));
  const write = async (): Promise<void> => {
    const tested = view.test === undefined ? {} : { tested: { test: view.test, passed: Object.fromEntries(passed) } };
    await writeFileAtomic(join(folder, "state.json"), JSON.stringify({ view, ...tested }), { mode: 0o600 });
  };
  await write();
  return {
    get view() {
      return view;
    },
    update: async (change) => {
      view = { ...view, ...change };
      await write();
    },
    replace: async (whole) => {
      view = whole;
      await write();
    },
    hasPassed: (tree) => passed.get(tree) === true,
    passed: async (tree) => {
      passed.set(tree, true);
      await write();
    },
  };
}
