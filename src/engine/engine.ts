import { createHash } from "node:crypto";
import { attachInside } from "./attach.ts";
import { createClient, type EngineClient } from "./client.ts";
import { containerMethods } from "./containers.ts";
import type { EndpointQuestion, Engine, EngineInfo } from "./types.ts";
import { execInside } from "./exec.ts";
import { runHelperContainer } from "./helper.ts";
import { imageMethods, npmArch } from "./images.ts";
import { leftoverMethods } from "./leftovers.ts";

/**
 * The Docker Engine that this user's docker client would use. Nothing is read or connected before the first call; if the endpoint
 * is not found, that call fails.
 */
export function createEngine(question: EndpointQuestion): Engine {
  const client = createClient(question);
  return {
    info: () => client.attempt("report its version", () => readInfo(client)),
    ...containerMethods(client),
    exec: (container, spec, limits) => execInside(client, container, spec, limits),
    attach: (container, spec, io) => attachInside(client, container, spec, io),
    runHelper: (spec, limits) => runHelperContainer(client, spec, limits),
    ...imageMethods(client),
    ...leftoverMethods(client),
  };
}

/**
 * The same engine for one command or one request: its info is requested once only. Every session of an `init` needs it, and it is
 * the slowest request of all. Longer-lived code must call this again, because a restarted engine may differ.
 */
export function withInfoOnce(engine: Engine): Engine {
  let info: Promise<EngineInfo> | undefined;
  return {
    ...engine,
    info: () => {
      info ??= engine.info();
      info.catch(() => (info = undefined));
      return info;
    },
  };
}

interface InfoAnswer {
  ID?: string;
  ServerVersion: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  MemTotal: number;
  DockerRootDir: string;
  Driver: string;
}

async function readInfo(client: EngineClient): Promise<EngineInfo> {
  const answer = (await client.get("/info")) as InfoAnswer;
  const { dockerHost } = await client.endpoint();
  return {
    version: answer.ServerVersion,
    os: answer.OSType,
    arch: npmArch(answer.Architecture),
    cpus: answer.NCPU,
    memoryBytes: answer.MemTotal,
    dataRoot: answer.DockerRootDir,
    // Other vendors' engines may have no ID; it is used in file names, and some IDs contain colons.
    id: createHash("sha256")
      .update(answer.ID || dockerHost)
      .digest("hex")
      .slice(0, 12),
    storageDriver: answer.Driver,
  };
}
