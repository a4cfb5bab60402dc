import { defineCommand } from "../line/command.ts";
import { allFlag } from "../line/shared-flags.ts";

export const sshConfigCommand = defineCommand({
  name: "ssh-config",
  group: "Set-up",
  summary: "Let ssh, scp, rsync and editors connect to sessions",
  details: [
    "Session a of project app is the host `cowork.a`, and `cowork.app.a` in case another project has a session a. ssh runs cowork as " +
      "its `ProxyCommand`: no open port, no key, no password, and a stopped session is started. Forward ports with `-L` and `-D`. " +
      "Without --write the configuration is printed. Run it again after init and clean.",
  ],
  positionals: [],
  flags: {
    ...allFlag,
    write: { type: "boolean", summary: "Write it to a separate file that ~/.ssh/config includes" },
  },
  examples: [
    { line: "cowork ssh-config --write", text: "write the configuration" },
    { line: "ssh cowork.a", text: "open a shell in a" },
    { line: "ssh -L 8080:localhost:80 cowork.a", text: "forward a's port 80 to 8080" },
    { line: "code --remote ssh-remote+cowork.a /workspaces/app", text: "open VS Code in a" },
  ],
  async run({ flags }, app) {
    const [{ sshConfig }, { coworkCommand }, scope] = await Promise.all([
      import("../../app/set-up/ssh-config.ts"),
      import("../process/ssh-command.ts"),
      app.scope(),
    ]);
    const made = await sshConfig(scope, { ...flags, cowork: coworkCommand(app.caller, scope.ctx) });
    if (app.globals.json) return app.json(made);
    const { sessions, config, written } = made;
    if (written !== undefined) {
      const { renderWritten } = await import("../../ui/set-up/ssh-config.ts");
      app.terminal.out(renderWritten(sessions, written));
    } else if (config.trim() === "") {
      app.terminal.err("No sessions.\n  Next: cowork init <name>");
    } else {
      app.terminal.out(config.trimEnd());
    }
    return 0;
  },
});
