import { afterAll, beforeAll, expect, test } from "vitest";
import { randomKills } from "../support/runs/random-kills.ts";
import { runHost, type RunHost } from "../support/runs/run-host.ts";

let host: RunHost;
beforeAll(async () => {
  host = await runHost();
  await host.init("a");
});
afterAll(async () => await host.end());

test("a run is in a legal state after random kills and errors, and the next one continues it (new seed each run)", async () => {
  const seed = Number(process.env["COWORK_SEED"] ?? Date.now() % 1e6);
  console.info(`COWORK_SEED=${seed}`);
  expect(await randomKills(host, "a", 200, seed)).toEqual([]);
});
