import { expect, test } from "vitest";
import type { ContainerSummary } from "../../../../src/engine/types.ts";
import {
  prefetchContainers,
  containersBySession,
  containersOf,
  takePrefetched,
} from "../../../../src/session/inspect/observe.ts";
import type { Context } from "../../../../src/system/context.ts";
import { createKnown } from "../../../../src/system/known.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";

const paths = coworkPaths("/nowhere");
const clone = { type: "bind", source: paths.clone("app-a"), destination: "/w", writable: true };

/** An engine with one container, whose state is the number of requests so far. */
function engine(): { ctx: Context; asked: unknown[] } {
  const asked: unknown[] = [];
  const listContainers = async (labels: object): Promise<ContainerSummary[]> => {
    asked.push(labels);
    const its = { "cowork.session": "app-a", "cowork.home": "1" };
    return [{ id: `answer ${asked.length}`, labels: its, mounts: [clone] } as unknown as ContainerSummary];
  };
  return { ctx: { paths, engine: { listContainers }, known: createKnown() } as unknown as Context, asked };
}

const idIn = (found: ReadonlyMap<string, ContainerSummary[]> | undefined): string | undefined =>
  found?.get("app-a")?.[0]?.id;

test("a prefetched answer for all sessions is used for the next request for all, once", async () => {
  const { ctx, asked } = engine();
  await prefetchContainers(ctx);
  expect(idIn(await containersBySession(ctx))).toBe("answer 1");
  expect(idIn(await containersBySession(ctx))).toBe("answer 2");
  expect(asked).toHaveLength(2);
});

test("a prefetched answer for one name is not used for all or for another name, and is not kept for later", async () => {
  const { ctx, asked } = engine();
  await prefetchContainers(ctx, "a");
  expect(asked[0]).toMatchObject({ "cowork.name": "a" });
  expect(await takePrefetched(ctx, "b")).toBeUndefined();
  expect(await takePrefetched(ctx, "a")).toBeUndefined();
  await prefetchContainers(ctx, "a");
  expect(idIn(await containersBySession(ctx))).toBe("answer 3");
  await prefetchContainers(ctx, "a");
  expect(idIn(await takePrefetched(ctx, "a"))).toBe("answer 4");
});

test("a prefetched answer belongs to its context", async () => {
  const { ctx } = engine();
  await prefetchContainers(ctx);
  expect(idIn(await containersBySession({ ...ctx, known: createKnown() }))).toBe("answer 2");
  expect(idIn(await containersBySession(ctx))).toBe("answer 1");
});

test("an error of a prefetched request is thrown where its answer is needed", async () => {
  const { ctx } = engine();
  const failing = { ...ctx, engine: { ...ctx.engine, listContainers: () => Promise.reject(new Error("no engine")) } };
  await prefetchContainers(failing);
  await expect(containersBySession(failing)).rejects.toThrow("no engine");
});

test("the containers of one session are always requested", async () => {
  const { ctx } = engine();
  await prefetchContainers(ctx, "a");
  expect((await containersOf(ctx, { id: "app-a", home: "1" })).map(({ id }) => id)).toEqual(["answer 2"]);
});
