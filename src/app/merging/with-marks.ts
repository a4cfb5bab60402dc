import type { ConflictSummary } from "../../contract/merging/conflicts.ts";
import { markOf } from "../../merging/cache/update-summary.ts";
import { readSummary } from "../../merging/cache/summary.ts";
import type { SessionView } from "../../session/types.ts";
import type { Context } from "../../system/context.ts";

/** Adds what the last comparison found, from one small file for each project. Another host's own findings are not used. */
export function withMarks<T extends SessionView>(ctx: Pick<Context, "paths">, views: readonly T[]): T[] {
  const summaries = new Map<string, ConflictSummary | undefined>();
  return views.map((view) => {
    const { conflicts: _, merged: __, notPulled: ___, ...rest } = view;
    const project = { name: view.project, root: view.projectRoot };
    const id = JSON.stringify(project);
    if (!summaries.has(id)) summaries.set(id, readSummary(ctx, project));
    const summary = summaries.get(id);
    const key = `${view.host}/${view.id}`;
    const [mark, merged] = [markOf(summary, key), summary?.merged[key]];
    const work = summary?.work?.[key];
    const notPulled = work && { commits: work.commits, files: work.files, asOf: work.asOf };
    return {
      ...rest,
      ...(mark && { conflicts: mark }),
      ...(merged && { merged }),
      ...(notPulled && { notPulled }),
    } as T;
  });
}
