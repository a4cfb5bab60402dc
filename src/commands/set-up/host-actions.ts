import * as hosts from "../../app/set-up/manage-hosts.ts";
import type { Check } from "../../session/session-host.ts";
import type { App } from "../process/app.ts";

export async function listHosts(app: App): Promise<number> {
  const all = await hosts.listHosts(await app.scope());
  if (app.globals.json) return app.json({ hosts: all });
  if (all.length === 0) {
    app.terminal.err("No remote hosts yet.\n  Next: cowork host add <name> user@machine");
    return 0;
  }
  const { renderTable } = await import("../../ui/terminal/table.ts");
  const rows = all.map(({ name, destination, port }) => [
    { text: name, tone: "bold" as const },
    { text: port === undefined ? destination : `${destination} (port ${port})` },
  ]);
  const columns = [
    { title: "HOST", min: 8 },
    { title: "ADDRESS", min: 8 },
  ];
  app.terminal.out(renderTable(columns, rows, app.terminal));
  return 0;
}

export async function addHost(app: App, host: hosts.NewHost): Promise<number> {
  const progress = await app.show("lines");
  const checks = await hosts.addNamedHost(await app.scope(), host);
  progress.stop();
  const code = await showChecks(app, [{ host: host.name, checks }]);
  if (!app.globals.json) app.terminal.err(`  Next: cowork --host ${host.name} init <session>`);
  return code;
}

export async function removeHost(app: App, name: string, force: boolean): Promise<number> {
  await hosts.removeNamedHost(await app.scope(), name, { force });
  if (app.globals.json) return app.json({ removed: name });
  app.terminal.out(`Removed ${name}. Nothing was changed on the host.`);
  return 0;
}

export async function checkHosts(app: App, name: string | undefined): Promise<number> {
  const all = await hosts.checkHosts(await app.scope(), name);
  return all.length === 0 ? await listHosts(app) : await showChecks(app, all);
}

async function showChecks(app: App, all: readonly { host: string; checks: Check[] }[]): Promise<number> {
  if (app.globals.json) {
    app.json({ hosts: all.map(({ host, checks }) => ({ name: host, checks })) });
  } else {
    const { renderChecks } = await import("../../ui/set-up/checks.ts");
    const { width, style } = app.terminal;
    const blocks = all.map(({ host, checks }) => `${style("bold", host)}\n${renderChecks(checks, { width, style })}`);
    app.terminal.out(blocks.join("\n\n"));
  }
  return all.some(({ checks }) => checks.some(({ status }) => status === "problem")) ? 1 : 0;
}
