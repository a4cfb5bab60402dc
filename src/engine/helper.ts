import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Dockerode from "dockerode";
import { plain } from "../system/text.ts";
import type { EngineClient } from "./client.ts";
import { accept } from "./containers.ts";
import { defaultMaxOutput, within } from "./exec.ts";
import { createCollector, demux, readToEnd } from "./streams.ts";
import type { ExecLimits, ExecResult, HelperSpec } from "./types.ts";

/** The helper part of Engine. */
export async function runHelperContainer(
  client: EngineClient,
  spec: HelperSpec,
  limits: ExecLimits = {},
): Promise<ExecResult> {
  const doing = `run ${plain(spec.command[0])} in a helper container of ${plain(spec.image)}`;
  return await client.attempt(doing, async () => {
    limits.signal?.throwIfAborted();
    const docker = await client.docker();
    // As `_body`, because dockerode would otherwise put everything into the URL as well, including the environment.
    const request = { _query: {}, _body: planHelper(spec, limits.input !== undefined) };
    const container = await docker.createContainer(request as Dockerode.ContainerCreateOptions);
    try {
      return await runAttached(container, limits, doing);
    } finally {
      await removeForSure(container);
    }
  });
}

/** The engine's options for a helper container. */
export function planHelper(spec: HelperSpec, stdin: boolean): Dockerode.ContainerCreateOptions {
  return {
    Image: spec.image,
    Entrypoint: [spec.command[0]],
    Cmd: spec.command.slice(1),
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    OpenStdin: stdin,
    StdinOnce: stdin,
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    // The image's own health check would start additional processes.
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      // Also if this process is killed: the engine removes the container when it has ended.
      AutoRemove: true,
      Init: false,
      NetworkMode: spec.network === true ? "default" : "none",
      LogConfig: { Type: "none", Config: {} },
      SecurityOpt: ["no-new-privileges"],
      // Mounts of type "bind" fail if the source is missing; `Binds` would create it, as root.
      Mounts: (spec.binds ?? []).map((bind) => ({
        Type: "bind",
        Source: bind.source,
        Target: bind.target,
        ReadOnly: bind.readOnly ?? false,
      })),
    },
  };
}

async function runAttached(container: Dockerode.Container, limits: ExecLimits, doing: string): Promise<ExecResult> {
  const stdin = limits.input !== undefined;
  // A raw connection because of `hijack`; dockerode's types promise less.
  const connection = (await container.attach({
    stream: true,
    hijack: true,
    stdin,
    stdout: true,
    stderr: true,
  })) as Duplex;
  const maxOutput = limits.maxOutput ?? defaultMaxOutput;
  const stdout = createCollector(maxOutput);
  const stderr = createCollector(maxOutput);
  const stop = (): Promise<void> => container.kill({ signal: "KILL" }).catch(() => undefined);
  const code = await within(limits, doing, stop, connection, async () => {
    // Requested before the start: with AutoRemove the container may be gone afterwards.
    const ended = container.wait({ condition: "next-exit" }) as Promise<{ StatusCode: number }>;
    ended.catch(() => undefined);
    await container.start();
    if (stdin) connection.end(limits.input);
    await readToEnd(connection, demux(stdout.sink, stderr.sink));
    return (await ended).StatusCode;
  });
  return { code, stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated() || stderr.truncated() };
}

/** Waits until it is removed, so that a caller that checks finds nothing. */
async function removeForSure(container: Dockerode.Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(accept(404, 409));
  for (let tries = 0; tries < 200; tries++) {
    const gone = await container.inspect().then(
      () => false,
      (error: unknown) => (error as { statusCode?: number }).statusCode === 404,
    );
    if (gone) return;
    await delay(25);
  }
}
