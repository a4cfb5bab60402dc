import { defineCommand } from "../line/command.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const waitCommand = defineCommand({
  name: "wait",
  group: "Work",
  summary: "Wait until sessions are done, idle, merged, or need a person",
  details: [
    "done: the last run ended; without a run: the agent is idle or ended. The exit code is 6 if a run failed or was stopped.\n" +
      "idle: the agent does nothing. waiting: a person is needed; a usage limit does not count.\n" +
      "merged: the work is in the project's branch, whatever its commits are called there.\n" +
      "The exit code is 7 if it did not happen within --timeout. Without --timeout there is no limit.",
  ],
  positionals: [someSessions],
  flags: {
    ...allFlag,
    for: { type: "string", value: "STATE", summary: "idle, waiting, done or merged (default: done)" },
    any: { type: "boolean", summary: "Wait for one of the sessions instead of all" },
    timeout: { type: "string", value: "TIME", summary: "Longest time to wait, such as 90s, 30m or 4h" },
  },
  examples: [
    { line: "cowork wait a b --timeout 30m", text: "wait for the runs of a and b" },
    { line: "cowork wait a b --for waiting --any", text: "wait until one of them needs you" },
  ],
  async run({ args, flags }, app) {
    const { waitOptions } = await import("../../app/work/wait-options.ts");
    const { waitForSessions } = await import("../../app/work/wait.ts");
    const wanted = { ...waitOptions(flags), words: args, all: flags.all, any: flags.any };
    const isQuiet = app.globals.json || !app.terminal.isLive;
    const { sessions, error } = await waitForSessions(await app.scope(), wanted, (names) => {
      if (!isQuiet) app.terminal.err(`  Waiting for ${names.join(", ")} (${wanted.goal}). Ctrl-C stops waiting.`);
    });
    if (app.globals.json) {
      app.json({ sessions, ...(error === undefined ? {} : { error: error.toView() }) });
      return error?.exitCode ?? 0;
    }
    const { renderWaited } = await import("../../ui/agents/waited.ts");
    for (const session of sessions) {
      if (session.reached || !flags.any) app.terminal.out(renderWaited(session, app.terminal.style));
    }
    if (error !== undefined) throw error;
    return 0;
  },
});
