import { defineCommand } from "../line/command.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const eventsCommand = defineCommand({
  name: "events",
  group: "Work",
  summary: "Show what happened in sessions: agents, runs, approvals",
  details: [
    "With --json each line is one event. Outside a project it shows the events of all projects.\n" +
      "With --follow it starts with what happens from now on, unless --since is given. After a lost connection it goes on " +
      "after the last event.",
  ],
  positionals: [someSessions],
  flags: {
    ...allFlag,
    follow: { type: "boolean", short: "f", summary: "Keep printing what happens (Ctrl-C to stop)" },
    since: {
      type: "string",
      value: "TIME",
      summary: "From this time (2026-03-01T12:00), or from so long ago (10m, 2h)",
    },
    type: { type: "string", value: "TYPES", summary: "Only types that start with one of these, such as run,approval" },
  },
  examples: [
    { line: "cowork events --since 1h", text: "show the last hour of this project" },
    { line: "cowork events a -f --type run --json", text: "follow the runs of a as JSON" },
  ],
  async run({ args, flags }, app) {
    const gone = app.endWithOutput();
    const { readEvents } = await import("../../app/work/events.ts");
    const { all, follow, since, type: types } = flags;
    const scope = await app.scope();
    const { renderEvent } = await import("../../ui/agents/events.ts");
    const allProjects = all || (await scope.findPlace()) === undefined;
    const { width, style } = app.terminal;
    let count = 0;
    const reading = readEvents(scope, { words: args, all, follow, since, types }, (events) => {
      if (events.length === 0) return;
      count += events.length;
      const now = app.now();
      const lines = events.map((event) =>
        app.globals.json ? JSON.stringify(event) : renderEvent(event, { allProjects, now, width, style }),
      );
      app.terminal.out(lines.join("\n"));
    });
    await reading.catch((error: unknown) => {
      // The reader of the output has ended, as in `events -f | head`.
      if (!gone.aborted) throw error;
    });
    if (count === 0 && !app.globals.json) app.terminal.err("No events.");
    return 0;
  },
});
