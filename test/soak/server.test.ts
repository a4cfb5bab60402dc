import { expect, test } from "vitest";
import { sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { startServer } from "../support/server/built-server.ts";
import { harmless } from "../support/server/random/harmless.ts";

test("ten minutes of random requests, with broken and slow clients, do no harm (new seed each run)", async () => {
  const seed = Number(process.env["COWORK_SEED"] ?? Date.now() % 1e6);
  console.info(`COWORK_SEED=${seed}`);
  await using home = await temporaryHome();
  const cwd = await sampleProject(home, "image");
  for (const name of ["a", "b"]) expect((await runCowork(["init", name], { home, cwd })).code).toBe(0);
  const server = await startServer(home);
  const until = Date.now() + 10 * 60_000;
  expect(await harmless(home, server, { seed, goOn: () => Date.now() < until })).toEqual([]);
  expect((await runCowork(["serve", "--stop"], { home, cwd })).code).toBe(0);
  expect(await server.ended).toBe(0);
});
