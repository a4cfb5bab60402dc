import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./place.ts";

/**
 * Makes more sessions out of `s1`, up to `count`: records, clones and files are copies, the containers are real and do nothing.
 * @returns their names
 */
export async function copySessions(place: Place, count: number): Promise<string[]> {
  const { coworkHome, hash } = place.home;
  const folders = (name: string): string[] =>
    ["state", "sessions"].map((root) => join(coworkHome, root, `bench-${name}`));
  const record = JSON.parse(await readFile(join(folders("s1")[0]!, "session.json"), "utf8")) as {
    container: { id: string };
  };
  const image = await place.run("docker", "inspect", "-f", "{{.Image}}", record.container.id);
  const names = Array.from({ length: count - 1 }, (_, n) => `more${n + 1}`);
  for (const name of names) {
    const [state = "", clone = ""] = folders(name);
    for (const [n, from] of folders("s1").entries())
      await cp(from, [state, clone][n]!, { recursive: true, verbatimSymlinks: true });
    const labels = { session: `bench-${name}`, project: "bench", name, home: hash };
    const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `cowork.${key}=${value}`]);
    const local = ["--label", `devcontainer.local_folder=${clone}`, "--label", place.label];
    const idle = ["--network", "none", "-v", `${clone}:/workspaces/bench`, "--entrypoint", "sleep", image, "infinity"];
    const id = await place.run("docker", "run", "-d", ...flags, ...local, ...idle);
    const text = await readFile(join(state, "session.json"), "utf8");
    const own = text.replaceAll("bench-s1", `bench-${name}`).replaceAll('"s1"', `"${name}"`);
    await writeFile(join(state, "session.json"), own.replaceAll(record.container.id, id));
  }
  return ["s1", ...names];
}
