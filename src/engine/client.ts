import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import { findEndpoint, type Endpoint } from "./endpoint.ts";
import type { EndpointQuestion } from "./types.ts";
import { engineError } from "./errors.ts";

/** Connections to the engine: simple requests and processes inside use node's own http, the rest dockerode. All lazy. */
export interface EngineClient {
  question: EndpointQuestion;
  endpoint(): Promise<Endpoint>;
  /** One GET; errors are CoworkErrors, except refusals (EngineStatus), which the caller may handle. */
  get(path: string, query?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** One POST; errors as with `get`. */
  post(path: string, body?: unknown): Promise<unknown>;
  /** A POST whose connection becomes a stream in both directions. */
  upgrade(path: string, body: unknown): Promise<Duplex>;
  docker(): Promise<Dockerode>;
  /** Runs some work and turns its errors into CoworkErrors. `doing` as in `engineError`. */
  attempt<T>(doing: string, work: () => Promise<T>): Promise<T>;
}

export function createClient(question: EndpointQuestion): EngineClient {
  let endpoint: Promise<Endpoint> | undefined;
  let docker: Promise<Dockerode> | undefined;
  const findOnce = (): Promise<Endpoint> => (endpoint ??= findEndpoint(question));
  const loadHttp = async () => await import("./http.ts");
  const loadOnce = (): Promise<Dockerode> => (docker ??= findOnce().then(loadDockerode));
  return {
    question,
    endpoint: findOnce,
    get: async (path, query) => await (await loadHttp()).getJson(await findOnce(), path, query),
    post: async (path, body) => await (await loadHttp()).postJson(await findOnce(), path, body),
    upgrade: async (path, body) => await (await loadHttp()).postUpgrade(await findOnce(), path, body),
    docker: loadOnce,
    attempt: async (doing, work) => {
      const where = await findOnce();
      try {
        return await work();
      } catch (error) {
        throw engineError(error, doing, where);
      }
    },
  };
}

async function loadDockerode(endpoint: Endpoint): Promise<Dockerode> {
  const { default: Docker } = await import("dockerode");
  // Every key is set, even to undefined: dockerode fills missing ones from process.env.
  const tls = endpoint.tcp?.tls;
  const agent = tls?.skipVerify ? new (await import("node:https")).Agent({ rejectUnauthorized: false }) : undefined;
  const options = {
    socketPath: endpoint.socketPath,
    host: endpoint.tcp?.host,
    port: endpoint.tcp?.port,
    protocol: tls === undefined ? "http" : "https",
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    agent,
    timeout: undefined,
    pathPrefix: "/",
  };
  return new Docker(options as unknown as Dockerode.DockerOptions);
}
