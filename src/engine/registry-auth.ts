import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EndpointQuestion } from "./endpoint.ts";

export interface RegistryAuth {
  username: string;
  password: string;
  serveraddress: string;
}

/**
 * The login that `docker login` left for an image's registry, where it lies in the docker client's own file. Logins in a
 * credential helper are the helper's: whoever needs them runs `docker pull`.
 */
export async function registryAuth({ env, home }: EndpointQuestion, ref: string): Promise<RegistryAuth | undefined> {
  const path = join(env["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");
  const config = parseAuths(await readFile(path, "utf8").catch(() => "{}"));
  const registry = registryOf(ref);
  const stored = config[registry] ?? config[`https://${registry}`];
  if (stored === undefined) return undefined;
  const [username = "", ...password] = Buffer.from(stored, "base64").toString("utf8").split(":");
  return { username, password: password.join(":"), serveraddress: registry };
}

/** The registry of a reference; the Hub under the name that its login has in the file. */
export function registryOf(ref: string): string {
  const [first = "", ...rest] = ref.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return named && first !== "docker.io" ? first : "https://index.docker.io/v1/";
}

function parseAuths(text: string): Record<string, string> {
  try {
    const { auths } = JSON.parse(text) as { auths?: Record<string, { auth?: unknown }> };
    return Object.fromEntries(
      Object.entries(auths ?? {}).flatMap(([name, { auth }]) =>
        typeof auth === "string" && auth !== "" ? [[name, auth]] : [],
      ),
    );
  } catch {
    return {};
  }
}
