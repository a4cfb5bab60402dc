import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";

/** @throws SESSION_INCOMPLETE, CLONE_MISSING when there is nothing that could be started */
export async function checkStartable(ctx: Context, record: SessionRecord): Promise<void> {
  const { name } = record;
  if (record.phase !== "ready" || record.devcontainer === undefined) {
    throw new CoworkError("SESSION_INCOMPLETE", `${name} was never completed.`, { hint: [ownCommand("init", name)] });
  }
  await checkCloned(ctx, record);
}

/** @throws CLONE_MISSING */
export async function checkCloned(ctx: Context, record: SessionRecord): Promise<void> {
  const { name } = record;
  if (!(await pathExists(ctx.paths.clone(record.id)))) {
    throw new CoworkError("CLONE_MISSING", `The clone of ${name} is gone (${ctx.paths.clone(record.id)}).`, {
      hint: steps`${ownCommand("init", name)} makes it anew from where it started; ${ownCommand("clean", name)} removes what is left`,
    });
  }
}
