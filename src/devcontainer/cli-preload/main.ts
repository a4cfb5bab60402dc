// Loaded before @devcontainers/cli, in its own process; the build makes one file of it (the asset `cli-preload.cjs`).
import { enableCompileCache } from "node:module";
import { standInForDocker } from "./docker.ts";
import { nameEveryUser } from "./user-name.ts";

/** What cowork tells this process is not for the programs that it starts. */
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

// The CLI is one file of 1.7 MB: that Node need not compile it anew saves every process of it 30 ms.
if (compiled !== undefined) enableCompileCache(compiled);
nameEveryUser();
if (socketPath !== undefined) standInForDocker({ socketPath, clientVersion, engineVersion, mayRun });
