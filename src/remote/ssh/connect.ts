import { CoworkError } from "../../errors.ts";
import type { Connection, ConnectOptions, RemoteContext, Target } from "../types.ts";
import { createConnection } from "./connection.ts";
import { startDeadline, type Deadline } from "./deadline.ts";
import { nameOf, unreachable } from "./failures.ts";
import type { Live } from "./live.ts";
import { logIn } from "./login.ts";
import type { HostOptions } from "./options.ts";
import { resolveHost } from "./resolve.ts";
import { openByCommand } from "./proxy-command.ts";
import { parseDestination, parseJump } from "./target.ts";
import { openTcp, openThrough, type Transport } from "./transport.ts";

/** Limit for a ProxyJump that refers to itself. */
const maxHops = 8;

/**
 * Connects as `ssh <destination>` would, with the user's own configuration. `ctx.signal` aborts connecting, but does not close an
 * open connection.
 * @throws USAGE, HOST_UNREACHABLE, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, HOST_AUTH_FAILED, INTERRUPTED
 */
export async function connectSsh(
  ctx: RemoteContext,
  target: Target,
  options: ConnectOptions = {},
): Promise<Connection> {
  const place = parseDestination(target.destination);
  const host = await resolveHost(ctx, { ...place, port: target.port ?? place.port }, target.identityFile);
  // Forward the agent to the last host only, not to jump hosts.
  const last = { ...host, forwardAgent: options.forwardAgent === true };
  return createConnection(target.destination, await reach(ctx, last, undefined, maxHops));
}

/** @param before the host to connect through; undefined: as configured */
async function reach(ctx: RemoteContext, host: HostOptions, before: Live | undefined, hopsLeft: number): Promise<Live> {
  if (hopsLeft === 0) {
    const message = `${nameOf(host)} cannot be reached: ProxyJump uses more than ${maxHops} hosts.`;
    throw new CoworkError("HOST_UNREACHABLE", message, {
      hint: "check ~/.ssh/config for a ProxyJump that refers to itself",
    });
  }
  const jump = before ?? (await reachJumps(ctx, host, hopsLeft));
  try {
    const live = await open(ctx, host, jump);
    jump?.onGone((reason) => live.end(reason));
    live.onGone(() => jump?.end());
    return live;
  } catch (error) {
    jump?.end();
    throw error;
  }
}

/** Connects to the jump hosts and returns the last one. Only the first one's own ProxyJump is used. */
async function reachJumps(ctx: RemoteContext, host: HostOptions, hopsLeft: number): Promise<Live | undefined> {
  let last: Live | undefined;
  for (const jump of host.proxyJump) {
    const options = await resolveHost(ctx, parseJump(jump));
    last = await reach(ctx, options, last, hopsLeft - 1);
  }
  return last;
}

async function open(ctx: RemoteContext, host: HostOptions, jump: Live | undefined): Promise<Live> {
  const deadline = startDeadline(host.connectTimeoutMs, nameOf(host), ctx.signal);
  try {
    const transport = await openTransport(ctx, host, jump, deadline);
    try {
      return await logIn(ctx, host, transport, deadline);
    } catch (error) {
      transport.end();
      throw error;
    }
  } catch (error) {
    throw unreachable(host, error);
  } finally {
    deadline.end();
  }
}

async function openTransport(
  ctx: RemoteContext,
  host: HostOptions,
  jump: Live | undefined,
  deadline: Deadline,
): Promise<Transport> {
  if (jump !== undefined) return await openThrough(jump.client, host, deadline);
  return host.proxyCommand === undefined ? await openTcp(host, deadline) : openByCommand(ctx, host, host.proxyCommand);
}
