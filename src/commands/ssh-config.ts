import { defineCommand } from "./line/command.ts";
import { allFlag } from "./line/shared-flags.ts";

export const sshConfigCommand = defineCommand({
  name: "ssh-config",
  group: "Set-up",
  summary: "make sessions hosts of ssh, scp, rsync and editors' remote modes",
  details: [
    "A session a of project app is the host `cowork.a`, and `cowork.app.a` for when another project has an a, too. `ssh` then starts\n" +
      "cowork as its `ProxyCommand`: no port is open, there is no key and no password, and a stopped session is started. Ports inside\n" +
      "are reached with `-L` and `-D`. Without --write the configuration is printed; call it again after `init` and `clean`.",
  ],
  positionals: [],
  flags: {
    ...allFlag,
    write: { type: "boolean", summary: "put it in a file of cowork's own that ~/.ssh/config includes" },
  },
  examples: [
    { line: "cowork ssh-config --write", text: "then: ssh cowork.a" },
    { line: "ssh -L 8080:localhost:80 cowork.a", text: "port 80 inside as 8080 here" },
    { line: "code --remote ssh-remote+cowork.a /workspaces/app", text: "VS Code inside" },
  ],
  async run({ flags }, app) {
    const [{ sshConfig }, { coworkCommand }, scope] = await Promise.all([
      import("../app/set-up/ssh-config.ts"),
      import("./process/ssh-command.ts"),
      app.scope(),
    ]);
    const made = await sshConfig(scope, { ...flags, cowork: coworkCommand(app.caller, scope.ctx) });
    if (app.globals.json) return app.json(made);
    const { sessions, config, written } = made;
    if (written !== undefined) {
      const { renderWritten } = await import("../ui/ssh-config.ts");
      app.terminal.out(renderWritten(sessions, written));
    } else if (config.trim() === "") {
      app.terminal.err("There is no session.\n  Next: cowork init <name>");
    } else {
      app.terminal.out(config.trimEnd());
    }
    return 0;
  },
});
