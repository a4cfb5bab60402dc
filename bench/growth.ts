import { rm } from "node:fs/promises";
import { join } from "node:path";
import { names, type Place } from "./place.ts";

/** What more sessions cost: seconds of one `init` of so many, and what they take on the disk (KiB, all of them). */
export interface Growth {
  sessions: number;
  seconds: number;
  cloneKiB: number;
  stateKiB: number;
}

/** Once each: the way it goes is the point, not the last digit. */
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
