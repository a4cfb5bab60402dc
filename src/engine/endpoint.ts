import type { EndpointQuestion } from "./types.ts";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { dockerFolder, readDockerConfig } from "./docker-config.ts";

/** Where the Docker Engine listens. */
export interface Endpoint {
  /** in the format of `DOCKER_HOST`: a `docker` child process needs it to reach the same engine */
  dockerHost: string;
  /** where it was found, for messages: `DOCKER_HOST`, `the Docker context "x"`, `the default socket` */
  origin: string;
  socketPath?: string;
  tcp?: { host: string; port: number; tls?: Tls };
}

export interface Tls {
  ca?: string;
  cert?: string;
  key?: string;
  skipVerify: boolean;
}

const defaultSocket = "/var/run/docker.sock";

/**
 * Finds the engine as the docker client does: `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context, the default socket; then,
 * which the client finds only through a context, the sockets of a rootless engine and of Docker Desktop. Does not connect.
 * Throws ENGINE_UNREACHABLE for a kind of endpoint that cowork does not support, and for a context that does not exist.
 */
export async function findEndpoint(question: EndpointQuestion): Promise<Endpoint> {
  const { env, home } = question;
  const configFolder = dockerFolder(question);
  if (env["DOCKER_HOST"]) {
    const tls = env["DOCKER_TLS_VERIFY"] ? readTls(env["DOCKER_CERT_PATH"] || configFolder, false) : undefined;
    return parseEndpoint(env["DOCKER_HOST"], "DOCKER_HOST", tls);
  }
  const context = env["DOCKER_CONTEXT"] || currentContext(question);
  if (context !== undefined && context !== "default") return contextEndpoint(configFolder, context);
  for (const path of [defaultSocket, ...userSockets(env, home)]) {
    if (existsSync(path)) return socketEndpoint(path);
  }
  return socketEndpoint(defaultSocket);
}

function userSockets(env: EndpointQuestion["env"], home: string): string[] {
  const runtime = env["XDG_RUNTIME_DIR"];
  return [...(runtime ? [join(runtime, "docker.sock")] : []), join(home, ".docker", "run", "docker.sock")];
}

function socketEndpoint(path: string): Endpoint {
  const origin = path === defaultSocket ? "the default socket" : "the user's own socket";
  return { dockerHost: `unix://${path}`, origin, socketPath: path };
}

/** @param text `unix:///path`, `tcp://host:port`, `http://…`, `https://…` or `host:port` */
export function parseEndpoint(text: string, origin: string, tls?: Tls): Endpoint {
  if (text.startsWith("unix://")) {
    return { dockerHost: text, origin, socketPath: text.slice("unix://".length) || defaultSocket };
  }
  if (text.startsWith("ssh://")) {
    throw new CoworkError(
      "ENGINE_UNREACHABLE",
      `${origin} is ${plain(text)}, an engine over SSH: sessions need an engine on this machine.`,
      {
        hint: "unset DOCKER_HOST or run `docker context use default`; for a session on that machine use `cowork --host`",
      },
    );
  }
  const url = parseUrl(text.includes("://") ? text : `tcp://${text}`);
  if (url === undefined || !["tcp:", "http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new CoworkError(
      "ENGINE_UNREACHABLE",
      `${origin} is ${plain(text)}, which is not an address of a Docker Engine.`,
      {
        hint: "set it to unix:///path/of/docker.sock or tcp://host:port, or unset it",
      },
    );
  }
  const secure = tls ?? (url.protocol === "https:" ? { skipVerify: false } : undefined);
  const port = Number(url.port || (secure ? 2376 : 2375));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { dockerHost: text, origin, tcp: { host, port, ...(secure ? { tls: secure } : {}) } };
}

function parseUrl(text: string): URL | undefined {
  // URL does not know the scheme "tcp:"; with "http:" it parses ports and IPv6 the same way.
  return URL.parse(text) ?? undefined;
}

function currentContext(question: EndpointQuestion): string | undefined {
  // If the docker client cannot read its configuration, it only warns and uses the default.
  const context = readDockerConfig(question)?.["currentContext"];
  return typeof context === "string" && context !== "" ? context : undefined;
}

function contextEndpoint(configFolder: string, name: string): Endpoint {
  const id = createHash("sha256").update(name).digest("hex");
  const origin = `the Docker context "${plain(name)}"`;
  const text = readText(join(configFolder, "contexts", "meta", id, "meta.json"));
  const docker = text === undefined ? undefined : dockerPart(text);
  if (typeof docker?.Host !== "string" || docker.Host === "") {
    throw new CoworkError(
      "ENGINE_UNREACHABLE",
      `The Docker context "${plain(name)}" does not exist or cannot be used.`,
      {
        hint: "list the contexts with `docker context ls`, then run `docker context use default` or unset DOCKER_CONTEXT",
      },
    );
  }
  const tls = readTls(join(configFolder, "contexts", "tls", id, "docker"), docker.SkipTLSVerify === true);
  const used = tls.ca ?? tls.cert ?? (tls.skipVerify ? "" : undefined);
  return parseEndpoint(docker.Host, origin, docker.Host.startsWith("unix:") || used === undefined ? undefined : tls);
}

function dockerPart(text: string): { Host?: unknown; SkipTLSVerify?: unknown } | undefined {
  try {
    return (JSON.parse(text) as { Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: unknown } } }).Endpoints
      ?.docker;
  } catch {
    return undefined;
  }
}

function readTls(folder: string, skipVerify: boolean): Tls {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readText(join(folder, name)));
  return {
    skipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Synchronous: the file is small, and needed before the first request to the engine. Undefined if it cannot be read. */
function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
