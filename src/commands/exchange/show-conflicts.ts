import type { Conflicts, ConflictsWanted } from "../../app/merging/conflicts.ts";
import type { App } from "../process/app.ts";

/** Compares once, and prints the result. Returns the exit code. */
export async function showConflicts(app: App, wanted: ConflictsWanted, { diff }: { diff: boolean }): Promise<number> {
  const progress = await app.show("lines");
  const { findConflicts, conflictDiffs } = await import("../../app/merging/conflicts.ts");
  const scope = await app.scope();
  const found = await findConflicts(scope, wanted);
  const diffs = diff ? await conflictDiffs(scope, wanted, found) : [];
  progress.stop();
  if (app.globals.json) {
    const { sessions, pairs, exitCode } = found;
    app.json({ sessions, pairs, ...(diff ? { diffs } : {}) });
    return exitCode;
  }
  await print(app, found);
  const [{ colourDiff }, { plain }] = await Promise.all([
    import("../../ui/exchange/diff.ts"),
    import("../../system/text.ts"),
  ]);
  const hasColour = app.terminal.style("bold", "x") !== "x";
  for (const { a, b, text } of diffs) {
    const safe = text.replace(/\n$/, "");
    app.terminal.out(`\n${app.terminal.style("bold", plain(`${a} – ${b}`))}\n${hasColour ? colourDiff(safe) : safe}`);
  }
  return found.exitCode;
}

/** Prints the result again whenever it changes, until Ctrl-C. */
export async function followConflicts(app: App, wanted: ConflictsWanted): Promise<number> {
  const gone = app.endWithOutput();
  const { watchConflicts } = await import("../../app/merging/watch-conflicts.ts");
  let printing: Promise<void> = Promise.resolve();
  const watching = watchConflicts(await app.scope(), wanted, (found) => {
    const { sessions, pairs } = found;
    if (app.globals.json) app.terminal.out(JSON.stringify({ sessions, pairs }));
    else printing = printing.then(async () => await print(app, found));
  });
  await watching.catch((error: unknown) => {
    if (!gone.aborted) throw error;
  });
  await printing;
  return 0;
}

async function print(app: App, found: Conflicts): Promise<void> {
  if (found.sessions.length === 0) return app.terminal.err("No sessions to compare.\n  Next: cowork init <name>");
  const { renderConflicts } = await import("../../ui/exchange/conflicts.ts");
  const { width, style } = app.terminal;
  const text = renderConflicts(found, { now: app.now(), width, style });
  if (text !== "") app.terminal.out(text);
}
