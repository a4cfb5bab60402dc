import { usageError } from "../../errors.ts";
import type { Selector } from "../../session/types.ts";
import type { Scope } from "../scope.ts";

/** Which sessions are meant by their names, in this project: those, all of the host (`all`), else all of the project. */
export async function selectSessions(scope: Scope, names: readonly string[], all: boolean): Promise<Selector> {
  if (all && names.length > 0) {
    throw usageError("--all means every session: no names beside it.", "name sessions, or give --all alone");
  }
  if (all) return {};
  const { name, tree } = await scope.place();
  const project = { name, root: tree.root, rootCommit: await findRootCommit(scope) };
  return { project, ...(names.length === 0 ? {} : { names: [...names] }) };
}

/** As a session of this place has it on record; where there is none yet, git is asked. */
async function findRootCommit(scope: Scope): Promise<string> {
  const [{ rootCommitOnRecord }, { name, tree }] = await Promise.all([
    import("../../session/record/records.ts"),
    scope.place(),
  ]);
  const onRecord = await rootCommitOnRecord(scope.ctx, { name, root: tree.root });
  return onRecord ?? (await scope.project()).facts.rootCommit;
}
