/** A stage of a path in conflict: 1 the merge base, 2 ours, 3 theirs. */
export interface Stage {
  mode: string;
  oid: string;
  stage: 1 | 2 | 3;
  path: string;
}

/** What git says of one path or several. Only the type is used, never the text. */
export interface MergeMessage {
  type: string;
  paths: string[];
}

export interface MergeRecord {
  clean: boolean;
  tree: string;
  stages: Stage[];
  messages: MergeMessage[];
}

/**
 * Parses what `git merge-tree --stdin` printed, as far as records are complete: status, tree; with conflicts their stages, an empty
 * field, then messages as number of paths, paths, type, text; at the end an empty field.
 */
export function parseMerges(output: string): MergeRecord[] {
  const fields = output.split("\0");
  // After the last NUL comes nothing, or a part of a field.
  fields.pop();
  const records: MergeRecord[] = [];
  let at = 0;
  for (;;) {
    const read = readRecord(fields, at);
    if (read === undefined) return records;
    records.push(read.record);
    at = read.next;
  }
}

function readRecord(fields: readonly string[], start: number): { record: MergeRecord; next: number } | undefined {
  const [status, tree] = [fields[start]?.replace(/^\n/, ""), fields[start + 1]];
  if ((status !== "0" && status !== "1") || tree === undefined) return undefined;
  const record: MergeRecord = { clean: status === "1", tree, stages: [], messages: [] };
  let at = start + 2;
  if (record.clean) return fields[at] === "" ? { record, next: at + 1 } : undefined;
  for (; at < fields.length && fields[at] !== ""; at += 1) record.stages.push(...readStage(fields[at] ?? ""));
  at += 1;
  while (at < fields.length && fields[at] !== "") {
    const count = Number(fields[at]);
    if (!Number.isInteger(count) || count < 0 || at + count + 2 >= fields.length) return undefined;
    const paths = fields.slice(at + 1, at + 1 + count);
    record.messages.push({ paths, type: fields[at + 1 + count] ?? "" });
    at += count + 3;
  }
  return at < fields.length ? { record, next: at + 1 } : undefined;
}

function readStage(field: string): Stage[] {
  const [, mode, oid, stage, path] = /^([0-7]{6}) ([0-9a-f]+) ([123])\t([^]*)$/.exec(field) ?? [];
  if (mode === undefined || oid === undefined || path === undefined) return [];
  return [{ mode, oid, stage: Number(stage) as Stage["stage"], path }];
}
