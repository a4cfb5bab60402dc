import { Duplex, PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { attachInside } from "../../../src/engine/attach.ts";
import type { EngineClient } from "../../../src/engine/client.ts";

test("the window's last size arrives last, even when an older request is slow, and is sent again when one is lost", async () => {
  const inside = new PassThrough();
  const given: string[] = [];
  const failing = new Set(["h=5&w=50"]);
  const post = async (path: string): Promise<unknown> => {
    if (!path.includes("/resize?")) return { Id: "e" };
    const size = path.slice(path.indexOf("?") + 1);
    if (size === "h=4&w=40") await delay(50);
    if (failing.delete(size)) throw new Error("the connection was closed");
    given.push(size);
    return undefined;
  };
  const client = {
    post,
    get: async () => ({ Running: false, ExitCode: 0 }),
    upgrade: async () => Duplex.from({ readable: inside, writable: new PassThrough() }),
    attempt: async (_doing: string, work: () => Promise<unknown>) => await work(),
  } as unknown as EngineClient;
  let resize: ((columns: number, rows: number) => void) | undefined;
  const ready = Promise.withResolvers<void>();
  const tty = { columns: 30, rows: 3, onResize: (listener: typeof resize) => ((resize = listener), () => undefined) };
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const attached = attachInside(client, "c", { command: ["sh"] }, { ...streams, tty, onReady: () => ready.resolve() });
  await ready.promise;
  resize?.(40, 4);
  await delay(10);
  resize?.(60, 6);
  await expect.poll(() => given.at(-1)).toBe("h=6&w=60");
  await delay(80);
  resize?.(50, 5);
  await expect.poll(() => given.at(-1)).toBe("h=5&w=50");
  expect(given.slice(0, 2)).toEqual(["h=3&w=30", "h=4&w=40"]);
  expect(given.indexOf("h=4&w=40")).toBeLessThan(given.indexOf("h=6&w=60"));
  inside.end();
  expect(await attached).toBe(0);
});
