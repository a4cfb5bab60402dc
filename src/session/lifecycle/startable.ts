import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";

/** @throws SESSION_INCOMPLETE, CLONE_MISSING if there is nothing to start */
export async function checkStartable(ctx: Context, record: SessionRecord): Promise<void> {
  const { name } = record;
  if (record.phase !== "ready" || record.devcontainer === undefined) {
    throw new CoworkError("SESSION_INCOMPLETE", `Session ${name} was never completed.`, {
      hint: [ownCommand("init", name)],
    });
  }
  await checkCloned(ctx, record);
}

/** @throws CLONE_MISSING */
export async function checkCloned(ctx: Context, record: SessionRecord): Promise<void> {
  const { name } = record;
  if (!(await pathExists(ctx.paths.clone(record.id)))) {
    throw new CoworkError("CLONE_MISSING", `The clone of ${name} is gone (${ctx.paths.clone(record.id)}).`, {
      hint: steps`${ownCommand("init", name)} creates it again from its start commit; ${ownCommand("clean", name)} removes what is left`,
    });
  }
}
