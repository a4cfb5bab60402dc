import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inTurn, ratio, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";

/** Quick commands with eight sessions. Several calls per round, because a single one is too short to measure. */
export async function measureCommands(place: Place, rounds: number): Promise<Entry[]> {
  const id = await place.run(
    "docker",
    "ps",
    "-q",
    "--filter",
    "label=cowork.name=s1",
    "--filter",
    `label=cowork.home=${place.home.hash}`,
  );
  const clone = join(place.home.coworkHome, "sessions", "bench-s1");
  const often = (work: () => Promise<unknown>, times = 5) => ({
    work: async (): Promise<void> => {
      for (let n = 0; n < times; n += 1) await work();
    },
  });
  const connect = (): Promise<unknown> => place.cowork("connect", "s1", "--", "true");
  const exec = (): Promise<unknown> => place.run("docker", "exec", id, "true");
  // The override configuration has the clone's folder in the container.
  const override = join(place.home.coworkHome, "state", "bench-s1", "devcontainer", "devcontainer.json");
  const upExec = (): Promise<unknown> =>
    place.devcontainer(
      "exec",
      "--workspace-folder",
      clone,
      "--override-config",
      override,
      "--container-id",
      id,
      "true",
    );
  const node = (): Promise<unknown> => place.run(process.execPath, "-e", "0");
  return [
    ratio("connect_vs_docker_exec", 2, await inTurn(often(connect), often(exec), rounds)),
    ratio("connect_vs_devcontainer_exec", 0.3, await inTurn(often(connect, 2), often(upExec, 2), rounds)),
    ratio(
      "version_vs_node",
      1.8,
      await inTurn(
        often(() => place.cowork("--version")),
        often(node),
        rounds,
      ),
      1.3,
    ),
    ratio(
      "complete_vs_node",
      1.8,
      await inTurn(
        often(() => place.cowork("__complete", "bash", "connect", "")),
        often(node),
        rounds,
      ),
      1.3,
    ),
    ratio(
      "list_vs_node",
      2.5,
      await inTurn(
        often(() => place.cowork("list")),
        often(node),
        rounds,
      ),
    ),
    ratio("list200_vs_list8", 1.5, await manyRecords(place, rounds, often)),
  ];
}

/** The same eight containers, with and without records of 192 more sessions. */
async function manyRecords(
  place: Place,
  rounds: number,
  often: (work: () => Promise<unknown>) => { work: () => Promise<void> },
): ReturnType<typeof inTurn> {
  const { coworkHome } = place.home;
  const state = (name: string): string => join(coworkHome, "state", `bench-${name}`);
  const clone = (name: string): string => join(coworkHome, "sessions", `bench-${name}`);
  const more = Array.from({ length: 192 }, (_, n) => `more${n}`);
  const text = await readFile(join(state("s1"), "session.json"), "utf8");
  const add = async (): Promise<void> => {
    for (const name of more) {
      await mkdir(state(name), { recursive: true });
      await writeFile(
        join(state(name), "session.json"),
        text.replaceAll("bench-s1", `bench-${name}`).replaceAll('"s1"', `"${name}"`),
      );
      await mkdir(join(clone(name), ".git"), { recursive: true });
      await cp(join(clone("s1"), ".git", "HEAD"), join(clone(name), ".git", "HEAD"));
    }
  };
  const take = async (): Promise<void> => {
    for (const name of more)
      await Promise.all([state(name), clone(name)].map((path) => rm(path, { recursive: true, force: true })));
  };
  const list = often(() => place.cowork("list"));
  const timed = await inTurn({ before: add, ...list }, { before: take, ...list }, rounds);
  await take();
  return timed;
}
