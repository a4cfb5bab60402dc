import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./place.ts";

export interface ManySessions {
  names: string[];
  remove(): Promise<void>;
}

/** In the container, a process with the agent's name: a look at the processes finds it. */
const agent = 'cp "$(command -v sleep)" /tmp/claude && exec /tmp/claude infinity';

/**
 * Makes sessions out of `s1`: records, clones and files of agents at work are copies, the containers are real and only wait. Those of
 * s1 and of the others do not differ for `list`.
 */
export async function addSessions(place: Place, count: number): Promise<ManySessions> {
  const { coworkHome, hash } = place.home;
  const folders = (name: string): [state: string, clone: string] => [
    join(coworkHome, "state", `bench-${name}`),
    join(coworkHome, "sessions", `bench-${name}`),
  ];
  const [from, fromClone] = folders("s1");
  const text = await readFile(join(from, "session.json"), "utf8");
  const { id: original } = (JSON.parse(text) as { container: { id: string } }).container;
  const image = await place.run("docker", "inspect", "-f", "{{.Image}}", original);
  const names = Array.from({ length: count }, (_, n) => `more${n + 1}`);
  const ids: string[] = [];
  for (const [n, name] of names.entries()) {
    const [state, clone] = folders(name);
    await cp(from, state, { recursive: true, verbatimSymlinks: true });
    await cp(fromClone, clone, { recursive: true, verbatimSymlinks: true });
    const labels = { session: `bench-${name}`, project: "bench", name, home: hash };
    const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `cowork.${key}=${value}`]);
    const own = ["--label", `devcontainer.local_folder=${clone}`, "-v", `${clone}:/workspaces/bench`];
    const idle = ["--network", "none", "-u", "0", "--entrypoint", "sh", image, "-c", agent];
    const id = await place.run("docker", "run", "-d", "--label", place.label, ...flags, ...own, ...idle);
    ids.push(id);
    const record = text.replaceAll("bench-s1", `bench-${name}`).replaceAll('"s1"', `"${name}"`);
    await writeFile(join(state, "session.json"), record.replaceAll(original, id));
    await mkdir(join(state, "events", "inbox"), { recursive: true });
    await writeFile(join(state, "events", "last"), report(n));
  }
  return {
    names,
    remove: async () => {
      // One by one: they are many.
      for (const id of ids) await place.run("docker", "rm", "-f", "-v", id);
      for (const folder of names.flatMap(folders)) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Two of three work, the third one has finished. */
function report(n: number): string {
  const input = { session_id: "aaaaaaaa-0000-4000-8000-000000000001" };
  const tool = { ...input, tool_name: "Bash", tool_input: { command: `make test ${n}` } };
  return n % 3 === 0 ? `Stop\n${JSON.stringify(input)}\n` : `PreToolUse\n${JSON.stringify(tool)}\n`;
}
