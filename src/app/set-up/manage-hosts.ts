import { CoworkError, toCoworkError, usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { addHost, readHosts, removeHost, type Hosts } from "../../remote/hosts.ts";
import type { Target } from "../../remote/types.ts";
import { adviceFrom } from "../../session/checks/advice.ts";
import type { Check } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { uninterruptible } from "../../system/process/uninterruptible.ts";
import type { Scope } from "../scope.ts";

export type NamedHost = Target & { name: string };

export async function listHosts({ ctx }: Scope): Promise<NamedHost[]> {
  return Object.entries(await readHosts(ctx)).map(([name, target]) => ({ name, ...target }));
}

/** A host as the user enters it. */
export interface NewHost {
  name: string;
  /** absent: the name is the address */
  address: string | undefined;
  port: string | undefined;
  identity: string | undefined;
}

/** Connects to a host and checks it. The name is saved if the host answers, even if checks fail. */
export async function addNamedHost(scope: Scope, host: NewHost): Promise<Check[]> {
  const { name } = host;
  const target = targetOf(host);
  const ctx = uninterruptible(scope.ctx);
  const before = (await readHosts(ctx))[name];
  await addHost(ctx, name, target);
  try {
    return await (await scope.host(name)).doctor({ fix: false });
  } catch (error) {
    await (before === undefined ? removeHost(ctx, name) : addHost(ctx, name, before));
    throw error;
  }
}

/** Removes the name. @throws HOST_UNKNOWN, HOST_IN_USE if the host has sessions, HOST_UNREACHABLE if it does not answer */
export async function removeNamedHost(scope: Scope, name: string, { force }: { force: boolean }): Promise<void> {
  checkKnown(await readHosts(scope.ctx), name);
  if (!force) {
    const sessions = await (await scope.host(name)).list({});
    const some = sessions.map(({ project, name: session }) => `${project}/${session}`);
    if (some.length > 0) {
      throw new CoworkError(
        "HOST_IN_USE",
        `${name} still has ${some.length} sessions: ${some.slice(0, 5).join(", ")}.`,
        {
          hint: steps`${{ ...ownCommand("clean", "--all"), host: name }}; or keep the sessions: ${ownCommand("host", "remove", name, "--force")}`,
        },
      );
    }
  }
  await removeHost(uninterruptible(scope.ctx), name);
}

/** Checks all added hosts, or one. A host that cannot be reached has a failed check. */
export async function checkHosts(scope: Scope, name: string | undefined): Promise<{ host: string; checks: Check[] }[]> {
  const hosts = await readHosts(scope.ctx);
  if (name !== undefined) checkKnown(hosts, name);
  const names = name === undefined ? Object.keys(hosts) : [name];
  return await Promise.all(names.map(async (host) => ({ host, checks: await checksOf(scope, host) })));
}

async function checksOf(scope: Scope, host: string): Promise<Check[]> {
  try {
    return await (await scope.host(host)).doctor({ fix: false });
  } catch (error) {
    const known = toCoworkError(error);
    return [{ title: "Connection", status: "problem", detail: known.message, ...adviceFrom(known) }];
  }
}

function targetOf({ name, address, port, identity }: NewHost): Target {
  if (name === "local" || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw usageError(
      `'${plain(name)}' is not a valid host name.`,
      "use letters, digits, '.', '_' and '-', but not the name local",
    );
  }
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && !(Number.isInteger(number) && number > 0 && number < 65_536)) {
    throw usageError(`Invalid port ${plain(port ?? "")}.`, "cowork host add <name> <address> --port 2222");
  }
  return {
    destination: address ?? name,
    ...(number === undefined ? {} : { port: number }),
    ...(identity === undefined ? {} : { identityFile: identity }),
  };
}

function checkKnown(hosts: Hosts, name: string): void {
  if (hosts[name] !== undefined) return;
  throw new CoworkError("HOST_UNKNOWN", `Unknown host ${plain(name)}.`, { hint: "cowork host list" });
}
