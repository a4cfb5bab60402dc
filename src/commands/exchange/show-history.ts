import type { App } from "../process/app.ts";

/** The events of the sessions' journals, as `events` shows them. */
export async function showHistory(app: App, words: readonly string[]): Promise<number> {
  const { readEvents } = await import("../../app/work/events.ts");
  const { renderEvent } = await import("../../ui/agents/events.ts");
  const wanted = { words, all: false, follow: false, since: undefined, types: "conflict.,session.merged" };
  let count = 0;
  await readEvents(await app.scope(), wanted, (events) => {
    count += events.length;
    const { width, style } = app.terminal;
    const options = { allProjects: false, now: app.now(), width, style };
    for (const event of events)
      app.terminal.out(app.globals.json ? JSON.stringify(event) : renderEvent(event, options));
  });
  if (count === 0 && !app.globals.json) app.terminal.err("No conflicts were found yet.");
  return 0;
}
