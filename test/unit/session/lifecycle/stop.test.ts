import { beforeEach, describe, expect, it } from "vitest";
import type { ContainerDetail } from "../../../../src/engine/types.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { homeOf, label, sessionLabels } from "../../../../src/session/record/labels.ts";
import type { SessionRecord } from "../../../../src/session/record/record.ts";
import { stopContainers } from "../../../../src/session/lifecycle/stop.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine, type FakeEngine } from "../../../support/fakes/fake-engine.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const record = { id: "app-a", name: "a", project: "app", agent: "claude" } as SessionRecord;

let engine: FakeEngine;
let ctx: ReturnType<typeof connectContext>;
/** output of the script inside */
let said: string;
/** `main 10`, in the order in which the stops began; `main stopped` when one has ended */
let stops: string[];

beforeEach(async () => {
  said = "";
  stops = [];
  engine = createFakeEngine({ program: async () => ({ code: 0, stdout: said }) });
  ctx = connectContext(await temporaryFolder(), { engine });
  engine.stopContainer = async (id, seconds) => {
    const one = engine.containers.get(id);
    stops.push(`${one?.name} ${seconds}`);
    await Promise.resolve();
    stops.push(`${one?.name} stopped`);
  };
});

function container(name: string, changes: Partial<ContainerDetail> = {}): ContainerDetail {
  const clone = ctx.paths.clone(record.id);
  const isMain = name === "main";
  const labels = { ...sessionLabels(record, homeOf(ctx, record)), ...(isMain ? { [label.localFolder]: clone } : {}) };
  const mounts = [{ type: "bind", source: clone, destination: "/w", writable: true }];
  return engine.addContainer({ name, labels, mounts, ...changes });
}

const signals = (blocked: string, caught: string): string =>
  `SigBlk: ${blocked.padStart(16, "0")}\nSigCgt: ${caught.padStart(16, "0")}\n`;

describe("stop", () => {
  it("does not wait for a program that SIGTERM does not reach, and neither do the services", async () => {
    container("main");
    container("db");
    said = signals("0", "0");
    expect(await stopContainers(ctx, record)).toEqual([]);
    expect(stops).toEqual(["main 1", "db 10", "main stopped", "db stopped"]);
  });

  it.each([
    ["it has a handler", signals("0", "4000"), {}],
    ["it blocks the signal and may read it later", signals("fffffffe7ffbfeff", "0"), {}],
    ["another signal stops it", signals("0", "0"), { stopSignal: "SIGQUIT" }],
    ["something else still runs", `${signals("0", "0")}42 sh\n`, {}],
    ["nothing is known", "", {}],
    ["the output cannot be parsed", "SigBlk: x\nSigCgt: y\n", {}],
  ])("gives the program its time, and then the services theirs: %s", async (_, words, changes) => {
    container("main", changes);
    container("db");
    said = words;
    await stopContainers(ctx, record);
    expect(stops).toEqual(["main 10", "main stopped", "db 10", "db stopped"]);
  });

  it("lists the processes that did not end by themselves, without the lines about signals", async () => {
    container("main");
    said = `${signals("0", "0")}42 sh\n`;
    expect(await stopContainers(ctx, record)).toEqual(["did not end by itself: 42 sh"]);
  });

  it("waits for every stop, even when one of them fails", async () => {
    container("main");
    container("db");
    said = signals("0", "0");
    const stop = engine.stopContainer.bind(engine);
    engine.stopContainer = async (id, seconds) => {
      if (engine.containers.get(id)?.name === "main") throw new CoworkError("ENGINE_FAILED", "no");
      await stop(id, seconds);
    };
    await expect(stopContainers(ctx, record)).rejects.toThrow("no");
    expect(stops).toEqual(["db 10", "db stopped"]);
  });
});
