import { CoworkError, toCoworkError } from "../errors.ts";
import { addHost, readHosts, removeHost, type Hosts } from "../remote/hosts.ts";
import type { Target } from "../remote/types.ts";
import type { Check } from "../session/host-part.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import { calmContext } from "./result.ts";
import { usageError } from "./usage.ts";

export async function listHosts(app: App): Promise<number> {
  const hosts = Object.entries(await readHosts(await app.context()));
  if (app.globals.json) return app.json({ hosts: hosts.map(([name, target]) => ({ name, ...target })) });
  if (hosts.length === 0) {
    app.terminal.err("There is no host but this machine.\n  Next: cowork host add <name> user@machine");
    return 0;
  }
  const { renderTable } = await import("../ui/table.ts");
  const rows = hosts.map(([name, target]) => [{ text: name, tone: "bold" as const }, { text: addressOf(target) }]);
  const { width, style } = app.terminal;
  app.terminal.out(
    renderTable(
      [
        { title: "HOST", min: 8 },
        { title: "ADDRESS", min: 8 },
      ],
      rows,
      { width, style },
    ),
  );
  return 0;
}

interface AddFlags {
  address: string | undefined;
  port: string | undefined;
  identity: string | undefined;
}

/** Connects and checks the machine; a name is remembered when somebody is there, whatever else there is to mend. */
export async function addNamed(app: App, name: string, flags: AddFlags): Promise<number> {
  const target = targetOf(name, flags);
  const progress = await app.show("lines");
  const ctx = await calmContext(app);
  const before = (await readHosts(ctx))[name];
  await addHost(ctx, name, target);
  let checks: Check[];
  try {
    checks = await (await app.host(name)).doctor({ fix: false });
  } catch (error) {
    await (before === undefined ? removeHost(ctx, name) : addHost(ctx, name, before));
    throw error;
  }
  progress.stop();
  const code = await showChecks(app, [{ host: name, checks }]);
  if (!app.globals.json) app.terminal.err(`  Next: cowork --host ${name} init <session>`);
  return code;
}

/** Forgets the name. @throws HOST_IN_USE while sessions live there, HOST_UNREACHABLE when that cannot be asked */
export async function removeNamed(app: App, name: string, force: boolean): Promise<number> {
  const ctx = await app.context();
  getHost(await readHosts(ctx), name);
  if (!force) {
    const sessions = await (await app.host(name)).list({});
    const some = sessions.map(({ project, name: session }) => `${project}/${session}`);
    if (some.length > 0) {
      throw new CoworkError(
        "HOST_IN_USE",
        `${name} still has ${some.length} sessions: ${some.slice(0, 5).join(", ")}.`,
        {
          hint: `cowork --host ${name} clean --all; or forget the name alone: cowork host remove ${name} --force`,
        },
      );
    }
  }
  await removeHost(await calmContext(app), name);
  if (app.globals.json) return app.json({ removed: name });
  app.terminal.out(`${name} is forgotten; nothing was changed there.`);
  return 0;
}

/** Every host that was added, or one. What cannot be reached is a problem among the others'. */
export async function checkHosts(app: App, name: string | undefined): Promise<number> {
  const hosts = await readHosts(await app.context());
  if (name !== undefined) getHost(hosts, name);
  const names = name === undefined ? Object.keys(hosts) : [name];
  if (names.length === 0) return await listHosts(app);
  const all = await Promise.all(names.map(async (host) => ({ host, checks: await checksOf(app, host) })));
  return await showChecks(app, all);
}

async function checksOf(app: App, host: string): Promise<Check[]> {
  try {
    return await (await app.host(host)).doctor({ fix: false });
  } catch (error) {
    const { message, hint } = toCoworkError(error);
    return [{ title: "Connection", status: "problem", detail: message, ...(hint === undefined ? {} : { fix: hint }) }];
  }
}

async function showChecks(app: App, all: readonly { host: string; checks: Check[] }[]): Promise<number> {
  if (app.globals.json) {
    app.json({ hosts: all.map(({ host, checks }) => ({ name: host, checks })) });
  } else {
    const { renderChecks } = await import("../ui/checks.ts");
    const { width, style } = app.terminal;
    const blocks = all.map(({ host, checks }) => `${style("bold", host)}\n${renderChecks(checks, { width, style })}`);
    app.terminal.out(blocks.join("\n\n"));
  }
  return all.some(({ checks }) => checks.some(({ status }) => status === "problem")) ? 1 : 0;
}

function targetOf(name: string, { address, port, identity }: AddFlags): Target {
  if (name === "local" || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw usageError(`'${plain(name)}' cannot be a host's name.`, "letters, digits, '.', '_' and '-'; not: local");
  }
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && !(Number.isInteger(number) && number > 0 && number < 65_536)) {
    throw usageError(`${plain(port ?? "")} is no port.`, "cowork host add <name> <address> --port 2222");
  }
  return {
    destination: address ?? name,
    ...(number === undefined ? {} : { port: number }),
    ...(identity === undefined ? {} : { identityFile: identity }),
  };
}

function getHost(hosts: Hosts, name: string): Target {
  const target = hosts[name];
  if (target !== undefined) return target;
  throw new CoworkError("HOST_UNKNOWN", `There is no host ${plain(name)} here.`, { hint: "cowork host list" });
}

function addressOf({ destination, port }: Target): string {
  return port === undefined ? destination : `${destination} (port ${port})`;
}
