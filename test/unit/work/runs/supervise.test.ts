import { afterEach, beforeEach, expect, test } from "vitest";
import { runHost, type RunHost } from "../../../support/runs/run-host.ts";

let host: RunHost;
beforeEach(async () => {
  host = await runHost();
  await host.init("a");
});
afterEach(async () => await host.end());

test("a run is completed by a good result and exit code 0, and leaves its files", async () => {
  const run = await host.run("a", "@@say hello; good fine 0.5@@");
  expect(run).toMatchObject({ state: "completed", id: "a:1", turns: 1, cost: 0.5, tokens: { input: 10, output: 2 } });
  expect(run.result).toBe("fine");
  expect(run.artifacts.map(({ name }) => name)).toEqual([
    "prompt.md",
    "report.md",
    "transcript.md",
    "transcript.jsonl",
    "diff.patch",
    "result.json",
  ]);
  expect(await host.file(run, "report.md")).toBe("fine\n");
});
