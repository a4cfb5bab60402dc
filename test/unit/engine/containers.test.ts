import { expect, test } from "vitest";
import type { EngineClient } from "../../../src/engine/client.ts";
import { containerMethods } from "../../../src/engine/containers.ts";

test("stopContainer waits until the engine's list shows the container as stopped", async () => {
  const lists = [[{ Id: "c" }], [{ Id: "c" }], []];
  const asked: unknown[] = [];
  const client = {
    attempt: async (_doing: string, work: () => Promise<unknown>) => await work(),
    docker: async () => ({ getContainer: () => ({ stop: async () => undefined }) }),
    get: async (path: string, query: unknown) => {
      asked.push([path, query]);
      return lists.shift() ?? [];
    },
  } as unknown as EngineClient;
  await containerMethods(client).stopContainer("c", 1);
  expect(lists).toEqual([]);
  expect(asked[0]).toEqual(["/containers/json", { filters: { id: ["c"], status: ["running"] } }]);
});
