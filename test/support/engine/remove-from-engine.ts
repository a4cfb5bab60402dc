import { execa } from "execa";

/** Removes everything of one cowork home from the engine: containers, their Compose projects, networks, volumes, images. */
export async function removeFromEngine(hash: string): Promise<void> {
  const ours = `label=cowork.home=${hash}`;
  const containers = await lines("ps", "-aq", "--filter", ours);
  const projects = await composeProjects(containers);
  for (const project of projects) {
    containers.push(...(await lines("ps", "-aq", "--filter", `label=com.docker.compose.project=${project}`)));
  }
  await removeContainers(containers);
  for (const filter of [ours, ...projects.map((project) => `label=com.docker.compose.project=${project}`)]) {
    await each(["network", "rm"], await lines("network", "ls", "-q", "--filter", filter));
    await each(["volume", "rm", "-f"], await lines("volume", "ls", "-q", "--filter", filter));
  }
  await each(["rmi", "-f"], await lines("images", "-q", "--filter", ours));
}

/**
 * Containers of a network that has a DNS server are removed one after the other: the Docker Engine 20.10 locks up if several leave it
 * at once while one of them asks for a name (seen with eight sessions on the fake vendor's network).
 */
async function removeContainers(containers: readonly string[]): Promise<void> {
  if (containers.length === 0) return;
  const format = "{{.Id}}{{range $name, $_ := .NetworkSettings.Networks}} {{$name}}{{end}}";
  const found = await lines("inspect", "--format", format, ...new Set(containers));
  const [alone, together] = [[] as string[], [] as string[]];
  for (const line of found) {
    const [id = "", ...networks] = line.split(" ");
    const hasDns = networks.some((name) => !["bridge", "host", "none"].includes(name));
    (hasDns ? alone : together).push(id);
  }
  await each(["rm", "-f", "-v"], together);
  for (const id of alone) await each(["rm", "-f", "-v"], [id]);
}

async function composeProjects(containers: readonly string[]): Promise<string[]> {
  if (containers.length === 0) return [];
  const format = '{{index .Config.Labels "com.docker.compose.project"}}';
  const found = await lines("inspect", "--format", format, ...containers);
  return [...new Set(found)];
}

async function lines(...args: string[]): Promise<string[]> {
  const { stdout } = await execa("docker", args, { reject: false });
  return stdout.split("\n").filter((line) => line !== "" && line !== "<no value>");
}

async function each(verb: readonly string[], names: readonly string[]): Promise<void> {
  const unique = [...new Set(names)];
  if (unique.length > 0) await execa("docker", [...verb, ...unique], { reject: false });
}
