import { defineCommand } from "./command.ts";
import { selectSessions } from "./result.ts";
import { allFlag } from "./shared-flags.ts";

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
    const selector = await selectSessions(app, [], flags.all);
    const [{ entryOf }, { hostNames }, { hostKey }, { renderConfig }, { coworkCommand }] = await Promise.all([
      import("../remote/inbound/entries.ts"),
      import("../remote/inbound/host-names.ts"),
      import("../remote/inbound/host-key.ts"),
      import("../remote/inbound/render-config.ts"),
      import("./ssh-command.ts"),
    ]);
    const ctx = await app.context();
    const { listByHost } = await import("./list-everywhere.ts");
    const byHost = (await listByHost(app, selector)).map(({ host, views }) => ({
      host,
      entries: views.flatMap((view) => entryOf(view) ?? []),
    }));
    const entries = byHost.flatMap((one) => one.entries);
    const place = { cowork: coworkCommand(app.caller, ctx), knownHosts: (await hostKey(ctx)).knownHosts };
    const config = renderConfig(entries, place);
    const sessions = hostNames(entries).own.map(({ entry: { id }, names }) => ({ id, hosts: names }));
    if (!flags.write) {
      if (app.globals.json) return app.json({ sessions, config });
      if (entries.length > 0) app.terminal.out(config.trimEnd());
      else app.terminal.err("There is no session.\n  Next: cowork init <name>");
      return 0;
    }
    const { writeSshConfig } = await import("../remote/inbound/write-config.ts");
    const project = selector.project === undefined ? {} : { project: selector.project.name };
    const scopes = byHost.map(({ host, entries: its }) => ({ scope: { host, ...project }, entries: its }));
    const written = await writeSshConfig(ctx, scopes, place);
    if (app.globals.json) return app.json({ sessions, config, written });
    const { renderWritten } = await import("../ui/ssh-config.ts");
    app.terminal.out(renderWritten(sessions, written));
    return 0;
  },
});
