import { roles } from "../../mcp/tool.ts";
import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const mcpCommand = defineCommand({
  name: "mcp",
  group: "Set-up",
  summary: "Let an agent on this machine see sessions and runs (MCP over stdio)",
  details: [
    "The agent starts this command and speaks MCP on its stdin and stdout: `cowork setup` registers it, or `claude mcp add --scope user cowork -- cowork mcp`. With --role view its tools only read; operate adds " +
      "start_run, send_prompt and stop_run. A run that an agent starts never has more permissions than edits. No tool answers approvals, deletes or trusts anything.",
  ],
  positionals: [],
  flags: {
    role: {
      type: "string",
      value: "ROLE",
      summary: "view (default): tools that read; operate: also those that start, continue and end runs",
    },
  },
  examples: [
    { line: "cowork mcp", text: "what an agent starts to look at sessions" },
    { line: "cowork mcp --role operate", text: "what one starts that also hands out tasks" },
  ],
  async run({ flags }, app) {
    const role = roles.find((one) => one === (flags.role ?? "view"));
    if (role === undefined) throw usageError("--role must be view or operate.", "cowork mcp --role operate");
    const { terminal, caller } = app;
    if (terminal.streams.stdin.isTTY === true)
      terminal.err("Waits for an agent that speaks MCP on stdin (Ctrl-C ends it).\n  Next: cowork setup");
    const gone = app.endWithOutput();
    const { serveMcp } = await import("../../mcp/serve.ts");
    const signal = AbortSignal.any([caller.signal, gone]);
    await serveMcp({
      role,
      openCall: async (call) => await app.openRequest(call),
      streams: terminal.streams,
      signal,
      onError: (error) => app.globals.verbose && terminal.err(error.message),
    });
    return caller.signal.aborted ? 130 : 0;
  },
});
