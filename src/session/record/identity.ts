import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { ProjectFacts } from "../../project/types.ts";
import { pathExists } from "../../system/files/files.ts";
import { nameKey, sessionId } from "./names.ts";
import type { SessionRecord, RecordEntry } from "./record.ts";

type ProjectIdentity = Pick<ProjectFacts, "name" | "root" | "rootCommit" | "elsewhere">;

/**
 * Does the record belong to this project? Same name and root; or same name and first commit, where the root on record is
 * gone: the project was moved. Of a project on another machine name and first commit are all there is to go by.
 */
export async function belongsTo(record: SessionRecord, project: ProjectIdentity): Promise<boolean> {
  if (record.project !== project.name) return false;
  if (project.elsewhere === true) return record.rootCommit === project.rootCommit;
  if (record.projectRoot === project.root) return true;
  return record.rootCommit === project.rootCommit && !(await pathExists(record.projectRoot));
}

/**
 * Refuses what would make two sessions of one id or one name.
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
    throw new CoworkError("SESSION_EXISTS", `${name} counts as the same name as the session ${record.name}.`, {
      hint: steps`${ownCommand("connect", record.name)}, or choose another name`,
    });
  }
}
