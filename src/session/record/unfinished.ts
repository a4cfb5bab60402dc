import type { LifecycleFailure } from "../../devcontainer/types.ts";
import { CoworkError, fromView } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { SessionRecord } from "./record.ts";

/** The record of a session whose container is up but in which a lifecycle command failed. */
export function unfinished(record: SessionRecord, { stage, words }: LifecycleFailure): SessionRecord {
  const { name } = record;
  const error = new CoworkError("UP_FAILED", `The dev container of ${name} is up, but ${words}.`, {
    hint: steps`${ownCommand("connect", name)} to fix what failed, then ${ownCommand("init", name)} to run it again; after a change of devcontainer.json: ${ownCommand("start", name, "--rebuild")}`,
  });
  return { ...record, unfinished: stage, error: error.toView() };
}

/** The record without an earlier failure. */
export function finished(record: SessionRecord): SessionRecord {
  const clean = { ...record };
  delete clean.error;
  delete clean.unfinished;
  return clean;
}

/** The error of a session that can be entered, but in which a lifecycle command failed; otherwise undefined. */
export function unfinishedError(record: SessionRecord): CoworkError | undefined {
  if (record.unfinished === undefined || record.error === undefined) return undefined;
  return fromView(record.error);
}
