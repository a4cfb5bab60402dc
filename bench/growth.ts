import { rm } from "node:fs/promises";
import { join } from "node:path";
import { names, type Place } from "./place.ts";

/** The cost of more sessions: seconds of one `init`, and the disk space of all sessions in KiB. */
export interface Growth {
  sessions: number;
  seconds: number;
  cloneKiB: number;
  stateKiB: number;
}

/** Measures each count once: the trend matters, not the exact value. */
export async function measureGrowth(place: Place, counts: readonly number[]): Promise<Growth[]> {
  const found: Growth[] = [];
  for (const sessions of counts) {
    await place.cowork("clean", "--all", "--force", "--purge");
    const start = performance.now();
    await place.cowork("init", ...names(sessions));
    const seconds = (performance.now() - start) / 1000;
    const disk = async (folder: string): Promise<number> =>
      Number((await place.run("du", "-sk", join(place.home.coworkHome, folder))).split("\t")[0]);
    found.push({ sessions, seconds, cloneKiB: await disk("sessions"), stateKiB: await disk("state") });
  }
  await place.cowork("clean", "--all", "--force", "--purge");
  await rm(join(place.home.coworkHome, "archive"), { recursive: true, force: true });
  return found;
}
