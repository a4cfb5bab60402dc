import { toCoworkError } from "../../errors.ts";
import { recall, type FileMemory } from "../../system/files/file-memory.ts";
import { readSmallFile, readSmallFolder } from "../../system/files/small-file.ts";

interface Inside {
  root: string;
  memory: FileMemory | undefined;
}

/** The JSON in a file that the agent keeps in its session; undefined if the session made it unusable: not JSON, too large, a link. */
export function readStateFile(path: string, options: Inside & { maxBytes: number }): unknown {
  const read = (): unknown => {
    const bytes = readSmallFile(path, options);
    return bytes === undefined ? undefined : JSON.parse(bytes.toString("utf8"));
  };
  try {
    return recall(options.memory, path, read);
  } catch (error) {
    if (error instanceof SyntaxError || unusable.includes(toCoworkError(error).code)) return undefined;
    throw error;
  }
}

/** Names in a folder that the agent keeps in its session; none if the session closed it. One session must not break `list`. */
export function readStateFolder(path: string, options: Inside & { max: number }): string[] {
  try {
    return recall(options.memory, path, () => readSmallFolder(path, options)) ?? [];
  } catch (error) {
    if (unusable.includes(toCoworkError(error).code)) return [];
    throw error;
  }
}

const unusable: string[] = ["FILE_TOO_LARGE", "PERMISSION_DENIED"];
