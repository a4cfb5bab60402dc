import { readDockerConfig } from "./docker-config.ts";
import type { EndpointQuestion } from "./types.ts";

export interface RegistryAuth {
  username: string;
  password: string;
  serveraddress: string;
}

/**
 * The login that `docker login` stored for an image's registry, if it is in the docker client's own file. Logins in a credential
 * helper can only be used by running `docker pull`.
 */
export function registryAuth(question: EndpointQuestion, ref: string): RegistryAuth | undefined {
  const auths = storedAuths(readDockerConfig(question)?.["auths"]);
  const registry = registryOf(ref);
  const stored = auths[registry] ?? auths[`https://${registry}`];
  if (stored === undefined) return undefined;
  const [username = "", ...password] = Buffer.from(stored, "base64").toString("utf8").split(":");
  return { username, password: password.join(":"), serveraddress: registry };
}

/** The registry of a reference; Docker Hub under the name that its login has in the file. */
export function registryOf(ref: string): string {
  const [first = "", ...rest] = ref.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return named && first !== "docker.io" ? first : "https://index.docker.io/v1/";
}

function storedAuths(auths: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(auths ?? {}).flatMap(([name, stored]) => {
      const { auth } = (stored ?? {}) as { auth?: unknown };
      return typeof auth === "string" && auth !== "" ? [[name, auth]] : [];
    }),
  );
}
