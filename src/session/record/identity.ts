import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { ProjectFacts } from "../../project/types.ts";
import { pathExists } from "../../system/files/files.ts";
import { nameKey, sessionId } from "./names.ts";
import type { SessionRecord, RecordEntry } from "./record.ts";

type ProjectIdentity = Pick<ProjectFacts, "name" | "root" | "rootCommit" | "elsewhere">;

/**
 * Does the record belong to this project? Yes with the same name and root; or with the same name and first commit, if the root
 * on record is gone because the project was moved. A project on another machine is compared by name and first commit only.
 */
export async function belongsTo(record: SessionRecord, project: ProjectIdentity): Promise<boolean> {
  if (record.project !== project.name) return false;
  if (project.elsewhere === true) return record.rootCommit === project.rootCommit;
  if (record.projectRoot === project.root) return true;
  return record.rootCommit === project.rootCommit && !(await pathExists(record.projectRoot));
}

/**
 * Refuses names that would give two sessions the same id or name.
 * @throws PROJECT_NAME_TAKEN, SESSION_EXISTS
 */
export async function checkFree(
  project: ProjectIdentity,
  names: readonly string[],
  entries: readonly RecordEntry[],
): Promise<void> {
  for (const name of names) {
    const id = sessionId(project.name, name);
    for (const entry of entries) {
      if ("error" in entry) {
        if (entry.id === id) throw entry.error;
        continue;
      }
      await checkAgainst(entry.record, project, name, id);
    }
  }
}

async function checkAgainst(record: SessionRecord, project: ProjectIdentity, name: string, id: string): Promise<void> {
  const ours = await belongsTo(record, project);
  if (!ours && record.id === id) {
    throw new CoworkError("PROJECT_NAME_TAKEN", `The id ${id} belongs to the project at ${record.projectRoot}.`, {
      hint: steps`give this project another name: ${ownCommand("config", "set", "PROJECT", "<name>")}`,
    });
  }
  if (ours && record.name !== name && nameKey(record.name) === nameKey(name)) {
    throw new CoworkError("SESSION_EXISTS", `${name} counts as the same name as session ${record.name}.`, {
      hint: steps`${ownCommand("connect", record.name)}, or choose another name`,
    });
  }
}
