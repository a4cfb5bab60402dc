// Loaded into the process of @devcontainers/cli before the CLI itself. The build bundles it into one file (the asset
// `cli-preload.cjs`).
import { enableCompileCache } from "node:module";
import { interceptDocker } from "./docker.ts";
import { nameUnknownUser } from "./user-name.ts";
import { waitForCall } from "./wait-for-call.ts";

/** Reads and removes a variable, so that the programs that this process starts do not see it. */
function take(name: string): string | undefined {
  const value = process.env[name];
  Reflect.deleteProperty(process.env, name);
  return value;
}

const compiled = take("COWORK_CLI_COMPILED");
const socketPath = take("COWORK_ENGINE_SOCKET");
const clientVersion = take("COWORK_DOCKER_VERSION");
const engineVersion = take("COWORK_ENGINE_VERSION");
const mayRun = take("COWORK_DOCKER_RUN") !== undefined;

// The CLI is one file of 1.7 MB. The compile cache saves each of its processes 30 ms.
if (compiled !== undefined) enableCompileCache(compiled);
nameUnknownUser();
if (take("COWORK_CLI_WAIT") !== undefined) waitForCall();
if (socketPath !== undefined) interceptDocker({ socketPath, clientVersion, engineVersion, mayRun });
