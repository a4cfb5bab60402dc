import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { WaitedCall } from "../../../src/devcontainer/cli-preload/wait-for-call.ts";
import { mountText, parseMount } from "../../../src/devcontainer/override/mount-text.ts";
import type { Json } from "../../../src/devcontainer/types.ts";
import type { MountInfo } from "../../../src/engine/types.ts";
import type { Run } from "../../../src/system/process/process.ts";
import type { FakeEngine } from "./fake-engine.ts";

export interface FakeCli {
  /** argv of every call, in order */
  calls: (readonly string[])[];
  /** the error that `up` reports instead of creating a container */
  failure: { message: string; description?: string } | undefined;
  /** volumes to mount in new containers */
  volumes: string[];
  run: Run;
}

/** The bind mounts of an override config, without the clone's. */
async function boundBy(path: string): Promise<MountInfo[]> {
  const { mounts = [], runArgs = [] } = JSON.parse(await readFile(path, "utf8")) as {
    mounts?: Json[];
    runArgs?: string[];
  };
  const flags = runArgs.flatMap((word, at) => (runArgs[at - 1] === "--mount" ? [word] : []));
  return [...mounts, ...flags].flatMap((one) => {
    const mount = parseMount(mountText(one));
    if (mount?.type !== "bind") return [];
    const writable = !mount.rest.has("readonly") && !mount.rest.has("ro");
    return [{ type: "bind", source: mount.source, destination: mount.target, writable }];
  });
}

/**
 * Replaces `@devcontainers/cli` where programs are started: `up` creates a container in a fake engine, or starts the one with
 * its labels, and prints the same JSON. Every other program is started for real.
 */
export function fakeDevcontainerCli(real: Run, engine: FakeEngine): FakeCli {
  const cli: FakeCli = {
    calls: [],
    failure: undefined,
    volumes: [],
    run: async (file, args, options = {}) => {
      const at = args.findIndex((word) => word.endsWith("/devcontainer.js"));
      if (at === -1) return await real(file, args, options);
      const input = (await options.input) as string;
      if (input === "") return { code: 0, stdout: "", stderr: "" };
      options.signal?.throwIfAborted();
      const { args: call } = JSON.parse(input) as WaitedCall;
      cli.calls.push(call);
      const answer = cli.failure ?? (await up(call));
      const { stdout } = options.outputFile as { stdout: string };
      const outcome = cli.failure === undefined ? "success" : "error";
      await writeFile(stdout, `${JSON.stringify({ outcome, ...answer })}\n`);
      return { code: cli.failure === undefined ? 0 : 1, stdout: "", stderr: "" };
    },
  };
  const valuesOf = (call: readonly string[], option: string): string[] =>
    call.filter((_, index) => call[index - 1] === option);

  async function up(call: readonly string[]): Promise<object> {
    const labels = Object.fromEntries(
      valuesOf(call, "--id-label").map((text): [string, string] => {
        const [name = "", ...value] = text.split("=");
        return [name, value.join("=")];
      }),
    );
    const [clone = ""] = valuesOf(call, "--workspace-folder");
    const [found] = await engine.listContainers(labels);
    const [override = ""] = valuesOf(call, "--override-config");
    const container = found ?? engine.addContainer(made(clone, labels, await boundBy(override)));
    await engine.startContainer(container.id);
    return { containerId: container.id, remoteUser: "dev", remoteWorkspaceFolder: clone, mergedConfiguration: {} };
  }

  // The clone is mounted at its own path, because scripts that run "inside" run on this machine.
  const made = (
    clone: string,
    labels: Record<string, string>,
    bound: readonly MountInfo[],
  ): Parameters<FakeEngine["addContainer"]>[0] => ({
    name: `dev-${createHash("sha256").update(clone).digest("hex").slice(0, 6)}`,
    state: "created",
    labels,
    mounts: [
      { type: "bind", source: clone, destination: clone, writable: true },
      ...bound,
      ...cli.volumes.map((name) => ({
        type: "volume",
        name,
        source: `/var/lib/docker/volumes/${name}/_data`,
        destination: `/data/${name}`,
        writable: true,
      })),
    ],
  });
  return cli;
}
