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
    // as `_body`, because dockerode puts everything into the address as well, the environment included
    const request = { _query: {}, _body: planHelper(spec, limits.input !== undefined) };
    const container = await docker.createContainer(request as Dockerode.ContainerCreateOptions);
    try {
      return await runAttached(container, limits, doing);
    } finally {
      await removeForSure(container);
    }
  });
}

/** What the engine is asked to make of a helper's spec. */
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
    // an image's own check would start processes beside ours
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      // also when this process is killed: the engine removes it once it has ended
      AutoRemove: true,
      Init: false,
      NetworkMode: spec.network === true ? "default" : "none",
      LogConfig: { Type: "none", Config: {} },
      SecurityOpt: ["no-new-privileges"],
      // "bind" mounts fail where a source is missing; `Binds` would make it, as root
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
  // a raw connection, because of `hijack`; dockerode's types only promise the least
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
    // asked for before it starts: with AutoRemove there is nobody to ask afterwards
    const ended = container.wait({ condition: "next-exit" }) as Promise<{ StatusCode: number }>;
    ended.catch(() => undefined);
    await container.start();
    if (stdin) connection.end(limits.input);
    await readToEnd(connection, demux(stdout.sink, stderr.sink));
    return (await ended).StatusCode;
  });
  return { code, stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated() || stderr.truncated() };
}

/** Removed before we return, so that a caller that looks finds nothing. */
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
