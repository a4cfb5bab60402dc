import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

const actions = ["status", "mute", "unmute"];

export const notifyCommand = defineCommand({
  name: "notify",
  group: "Work",
  summary: "Show where messages go when an agent needs you; mute a session",
  details: [
    "Messages are sent by `cowork serve`, and by a run for itself while no `serve` is up. `cowork setup` sets a channel up, `cowork doctor --notify` sends a test message; " +
      "the keys NOTIFY… of your own .cowork.conf say the rest.",
    "mute holds back the messages about one session, from every machine, until unmute or for a time. What it asks then is reported at the end of that time.",
    "Inside a session `cowork notify <text>` sends you a message.",
  ],
  positionals: [
    { name: "action", summary: "status, mute or unmute (default: status)", complete: [...actions] },
    { name: "session", summary: "With mute and unmute: the session", complete: "session" },
  ],
  flags: { for: { type: "string", value: "DURATION", summary: "With mute: only for so long, such as 2h" } },
  examples: [
    { line: "cowork notify", text: "show channels and muted sessions" },
    { line: "cowork notify mute api --for 2h", text: "no messages about api for two hours" },
    { line: "cowork notify unmute api", text: "messages about api again" },
  ],
  async run({ args, flags }, app) {
    const [action = "status", session] = args;
    if (!actions.includes(action))
      throw usageError(`Unknown action "${action}"; sending a text works inside a session only.`, "cowork help notify");
    if ((action === "status" && session !== undefined) || (action !== "mute" && flags.for !== undefined))
      throw usageError(`Wrong arguments for cowork notify ${action}.`, "cowork help notify");
    const scope = await app.scope();
    const { renderMuted, renderNotify } = await import("../../ui/set-up/notify.ts");
    if (action === "status") {
      const { notifyStatus } = await import("../../app/notify/status.ts");
      const notify = await notifyStatus(scope);
      if (app.globals.json) return app.json({ notify });
      app.terminal.out(renderNotify(notify));
      return 0;
    }
    const { muteSession } = await import("../../app/notify/mute.ts");
    const changed = await muteSession(scope, session, { muted: action === "mute", duration: flags.for });
    if (app.globals.json) return app.json(changed);
    app.terminal.err(renderMuted(changed));
    return 0;
  },
});
