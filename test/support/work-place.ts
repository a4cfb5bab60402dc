import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { getAgent } from "../../src/agent/catalog.ts";
import { systemClock } from "../../src/system/clock.ts";
import type { Context } from "../../src/system/context.ts";
import { coworkPaths } from "../../src/system/paths.ts";
import type { WorkPlace } from "../../src/work/types.ts";
import { temporaryFolder } from "./home/temporary-folder.ts";

/** The files of a session in a temporary home, for tests of what happens on the host: no engine, no container. */
export async function workFolder(): Promise<{ ctx: Context; place: WorkPlace; events: string; inbox: string }> {
  const paths = coworkPaths(await temporaryFolder());
  const ctx = { paths, clock: systemClock, signal: new AbortController().signal } as Context;
  const place: WorkPlace = {
    id: "app-a",
    name: "a",
    project: "app",
    agent: getAgent("claude"),
    createdAt: new Date().toISOString(),
  };
  const events = paths.events(place.id);
  const inbox = join(events, "inbox");
  await mkdir(inbox, { recursive: true });
  return { ctx, place, events, inbox };
}
