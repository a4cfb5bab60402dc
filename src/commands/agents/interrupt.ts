import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";

export const interruptCommand = defineCommand({
  name: "interrupt",
  group: "Work",
  summary: "Stop what a session's agent does now; the container stays",
  details: [
    "A run that is interrupted ends as stopped, unless you send it more at once. `cowork run <session> --resume` continues it. " +
      "An agent that open started gets Esc, and its conversation stays open.",
  ],
  positionals: [oneSession],
  flags: {},
  examples: [{ line: "cowork interrupt a", text: "stop what the agent in a does now" }],
  async run({ args }, app) {
    const { interruptSession } = await import("../../app/work/talk.ts");
    const { session, how } = await interruptSession(await app.scope(), args[0]);
    if (app.globals.json) return app.json({ session, how });
    const { renderInterrupted } = await import("../../ui/agents/sent.ts");
    app.terminal.out(renderInterrupted({ session, how }));
    return 0;
  },
});
