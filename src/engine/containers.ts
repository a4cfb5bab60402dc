import { setTimeout as sleep } from "node:timers/promises";
import { plain } from "../system/text.ts";
import type { EngineClient } from "./client.ts";
import { statusOf } from "./errors.ts";
import type { ContainerDetail, ContainerState, ContainerSummary, Engine, MountInfo, Port } from "./types.ts";

type Part = Pick<
  Engine,
  "listContainers" | "findContainer" | "startContainer" | "stopContainer" | "removeContainer" | "changedPaths" | "stats"
>;

const listLagMs = 3_000;

/**
 * The engine answers a stop request before its list shows the container as stopped (seen with Docker Engine 26 under load), so
 * this waits for the list.
 */
async function untilListedStopped(client: EngineClient, id: string): Promise<void> {
  const filters = { id: [id], status: ["running"] };
  for (let waited = 0; waited < listLagMs; waited += 20) {
    const running = (await client.get("/containers/json", { filters })) as unknown[];
    if (running.length === 0) return;
    await sleep(20);
  }
}

export function containerMethods(client: EngineClient): Part {
  return {
    listContainers: (labels) =>
      client.attempt("list containers", async () => {
        const filters = { label: labelFilter(labels) };
        const answer = (await client.get("/containers/json", { all: "1", filters })) as ListedContainer[];
        return answer.map(toSummary);
      }),
    findContainer: (id) =>
      client.attempt(`inspect container ${plain(id)}`, async () => {
        const answer = await client.get(`/containers/${encodeURIComponent(id)}/json`).catch(undefinedWhenGone);
        return answer === undefined ? undefined : toDetail(answer as InspectedContainer);
      }),
    startContainer: (id) =>
      client.attempt(`start container ${plain(id)}`, async () => {
        const container = (await client.docker()).getContainer(id);
        await container.start().catch(accept(304));
      }),
    stopContainer: (id, timeoutSeconds) =>
      client.attempt(`stop container ${plain(id)}`, async () => {
        const container = (await client.docker()).getContainer(id);
        await container.stop({ t: timeoutSeconds }).catch(accept(304, 404));
        await untilListedStopped(client, id);
      }),
    removeContainer: (id) =>
      client.attempt(`remove container ${plain(id)}`, async () => {
        const container = (await client.docker()).getContainer(id);
        // 409: something else (--rm, another cowork) is removing it already
        await container.remove({ force: true, v: true }).catch(accept(404, 409));
      }),
    changedPaths: (id) =>
      client.attempt(`list changed files in container ${plain(id)}`, async () => {
        const path = `/containers/${encodeURIComponent(id)}/changes`;
        const answer = (await client.get(path)) as { Path: string; Kind: number }[] | null;
        // 2: it was deleted
        return (answer ?? []).filter(({ Kind }) => Kind !== 2).map(({ Path }) => Path);
      }),
    stats: (id) =>
      client.attempt(`read the statistics of container ${plain(id)}`, async () => {
        return toUsage(
          (await client.get(`/containers/${encodeURIComponent(id)}/stats`, { stream: "false" })) as StatsAnswer,
        );
      }),
  };
}

/** The engine's format of a label filter: `k=v`, or `k` for any value. */
export function labelFilter(labels: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(labels).map(([name, value]) => (value === undefined ? name : `${name}=${value}`));
}

export function undefinedWhenGone(error: unknown): undefined {
  if (statusOf(error) === 404) return undefined;
  throw error;
}

/** For `.catch`: with these statuses the result is as wanted. */
export function accept(...statuses: number[]): (error: unknown) => undefined {
  return (error) => {
    const status = statusOf(error);
    if (status !== undefined && statuses.includes(status)) return undefined;
    throw error;
  };
}

/** `["A=1"]`, the engine's format of an environment. */
export function parseEnv(lines: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (lines ?? []).map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

interface ListedContainer {
  Id: string;
  Names?: string[];
  Image: string;
  ImageID?: string;
  State: string;
  Labels?: Record<string, string> | null;
  Ports?: { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[] | null;
  Mounts?: EngineMount[] | null;
}

interface EngineMount {
  Type: string;
  Name?: string;
  Source: string;
  Destination: string;
  RW: boolean;
}

function toSummary(listed: ListedContainer): ContainerSummary {
  return {
    id: listed.Id,
    name: (listed.Names?.[0] ?? "").replace(/^\//, ""),
    image: listed.Image,
    imageId: listed.ImageID ?? "",
    state: listed.State as ContainerState,
    labels: listed.Labels ?? {},
    ports: (listed.Ports ?? []).map((port) => ({
      container: port.PrivatePort,
      protocol: port.Type as Port["protocol"],
      ...(port.PublicPort === undefined ? {} : { host: port.PublicPort }),
      ...(port.IP === undefined ? {} : { address: port.IP }),
    })),
    mounts: toMounts(listed.Mounts),
  };
}

interface InspectedContainer {
  Id: string;
  Name: string;
  Image: string;
  State: { Status: string; Pid: number; ExitCode: number; StartedAt: string };
  Config: {
    Image: string;
    User?: string;
    Env?: string[] | null;
    Labels?: Record<string, string> | null;
    StopSignal?: string;
  };
  HostConfig: { PidMode?: string };
  Mounts?: EngineMount[] | null;
  NetworkSettings?: {
    Networks?: Record<string, unknown> | null;
    Ports?: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  };
}

function toDetail(found: InspectedContainer): ContainerDetail {
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ""),
    image: found.Config.Image,
    imageId: found.Image,
    state: found.State.Status as ContainerState,
    labels: found.Config.Labels ?? {},
    ports: Object.entries(found.NetworkSettings?.Ports ?? {}).flatMap(([key, bindings]) => toPorts(key, bindings)),
    env: parseEnv(found.Config.Env),
    user: found.Config.User ?? "",
    pid: found.State.Pid,
    startedAt: found.State.StartedAt,
    exitCode: found.State.ExitCode,
    mounts: toMounts(found.Mounts),
    networks: Object.keys(found.NetworkSettings?.Networks ?? {}),
    pidMode: found.HostConfig.PidMode ?? "",
    stopSignal: found.Config.StopSignal ?? "",
  };
}

function toMounts(mounts: readonly EngineMount[] | null | undefined): MountInfo[] {
  return (mounts ?? []).map((mount) => ({
    type: mount.Type,
    source: mount.Source,
    destination: mount.Destination,
    writable: mount.RW,
    ...(mount.Name === undefined ? {} : { name: mount.Name }),
  }));
}

/** @param key `8080/tcp` */
function toPorts(key: string, bindings: { HostIp: string; HostPort: string }[] | null): Port[] {
  const [number, protocol = "tcp"] = key.split("/");
  const port = { container: Number(number), protocol: protocol as Port["protocol"] };
  if (bindings === null || bindings.length === 0) return [port];
  return bindings.map((binding) => ({ ...port, host: Number(binding.HostPort), address: binding.HostIp }));
}

interface StatsAnswer {
  cpu_stats: CpuStats;
  precpu_stats: CpuStats;
  memory_stats: { usage?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
}

interface CpuStats {
  cpu_usage: { total_usage: number; percpu_usage?: number[] | null };
  system_cpu_usage?: number;
  online_cpus?: number;
}

/** Computed as `docker stats` does: per cent of one processor; memory without page cache that can be dropped. */
function toUsage({ cpu_stats: now, precpu_stats: before, memory_stats: memory }: StatsAnswer): {
  cpuPercent: number;
  memoryBytes: number;
} {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cpus = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 1;
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return {
    cpuPercent: passed > 0 && used > 0 ? (used / passed) * cpus * 100 : 0,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
  };
}
