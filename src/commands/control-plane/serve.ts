import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const serveCommand = defineCommand({
  name: "serve",
  group: "Set-up",
  summary: "Serve the page and the HTTP API on this machine",
  details: [
    "It runs until Ctrl-C, shows sessions of every project and host, and sends notifications. It owns nothing: with it ended, everything " +
      "else works, and the next one shows the same. `cowork ui` starts one if none runs. docs/api.md describes the API.",
    "It listens on 127.0.0.1 only, and on a unix socket for the command line. From elsewhere use `ssh -L`, or a proxy with TLS and " +
      "PUBLIC_URL (docs/security.md).",
  ],
  positionals: [],
  flags: {
    port: { type: "string", value: "PORT", summary: "Port (default: 7333, or the next one that is free)" },
    status: { type: "boolean", summary: "Show whether the server runs, and where" },
    stop: { type: "boolean", summary: "End the server that runs" },
    "until-idle": { type: "boolean", summary: "End when no one has used it for 30 minutes" },
  },
  examples: [
    { line: "cowork serve", text: "serve until Ctrl-C" },
    { line: "cowork serve --status", text: "show whether it runs, and where" },
  ],
  async run({ flags }, app) {
    if (app.globals.host !== undefined)
      throw usageError("cowork serve listens on this machine's own address only.", "ssh -L 7333:localhost:7333 <host>");
    if (flags.status && flags.stop) throw usageError("--status and --stop cannot be combined.", "cowork serve --stop");
    const control = await import("./serve-control.ts");
    if (flags.status) return await control.showServer(app);
    if (flags.stop) return await control.stopServer(app);
    const { keepMemorySmall, withoutOptimizing } = await import("../process/small-memory.ts");
    keepMemorySmall();
    // A server waits nearly all day: 11 MB less, and 100,000 events are sent again in the same time.
    withoutOptimizing();
    const { runServer } = await import("./serve-run.ts");
    return await runServer(app, { port: flags.port, untilIdle: flags["until-idle"] });
  },
});
