import { execa } from "execa";

/** Removes everything of one cowork home from the engine: containers, their Compose projects, networks, volumes, images. */
export async function removeFromEngine(hash: string): Promise<void> {
  const ours = `label=cowork.home=${hash}`;
  const containers = await lines("ps", "-aq", "--filter", ours);
  const projects = await composeProjects(containers);
  for (const project of projects) {
    containers.push(...(await lines("ps", "-aq", "--filter", `label=com.docker.compose.project=${project}`)));
  }
  await each(["rm", "-f", "-v"], containers);
  for (const filter of [ours, ...projects.map((project) => `label=com.docker.compose.project=${project}`)]) {
    await each(["network", "rm"], await lines("network", "ls", "-q", "--filter", filter));
    await each(["volume", "rm", "-f"], await lines("volume", "ls", "-q", "--filter", filter));
  }
  await each(["rmi", "-f"], await lines("images", "-q", "--filter", ours));
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
