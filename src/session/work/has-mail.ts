import { join } from "node:path";
import type { FilesContext } from "../../system/context.ts";
import { recall } from "../../system/files/file-memory.ts";
import { readSmallFolder } from "../../system/files/small-file.ts";

/** Whether there is anything in a session's mailbox. */
export function hasMail(ctx: FilesContext, id: string): boolean {
  const root = ctx.paths.events(id);
  try {
    const folder = join(root, "mail");
    return recall(ctx.memory, folder, () => readSmallFolder(folder, { max: 1, root }).length > 0) ?? false;
  } catch {
    // Something else is in its place: the session gets no answer.
    return false;
  }
}
