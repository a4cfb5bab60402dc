import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readSmallFolder } from "../../system/files/small-file.ts";

/** Whether there is anything in a session's mailbox. */
export function hasMail(ctx: Pick<Context, "paths">, id: string): boolean {
  const root = ctx.paths.events(id);
  try {
    return readSmallFolder(join(root, "mail"), { max: 1, root }).length > 0;
  } catch {
    // Something else is in its place: the session gets no answer.
    return false;
  }
}
