import { usageError } from "../../errors.ts";
import type { Selector } from "../../session/types.ts";
import type { Scope } from "../scope.ts";

/** A selector for the named sessions of this project; without names, for all of the project, or with `all` for all of the host. */
export async function selectSessions(scope: Scope, names: readonly string[], all: boolean): Promise<Selector> {
  if (all && names.length > 0) {
    throw usageError("--all cannot be combined with session names.", "pass either session names or --all");
  }
  if (all) return {};
  const { name, tree } = await scope.place();
  const project = { name, root: tree.root, rootCommit: await findRootCommit(scope) };
  return { project, ...(names.length === 0 ? {} : { names: [...names] }) };
}

/** From the record of a session of this project; asks git if the project has no session yet. */
async function findRootCommit(scope: Scope): Promise<string> {
  const [{ rootCommitOnRecord }, { name, tree }] = await Promise.all([
    import("../../session/record/records.ts"),
    scope.place(),
  ]);
  const onRecord = await rootCommitOnRecord(scope.ctx, { name, root: tree.root });
  return onRecord ?? (await scope.project()).facts.rootCommit;
}
