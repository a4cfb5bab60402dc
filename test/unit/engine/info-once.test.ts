import { expect, test } from "vitest";
import { withInfoOnce } from "../../../src/engine/engine.ts";
import type { Engine, EngineInfo } from "../../../src/engine/types.ts";

test("an engine's info is requested once for each wrapper, and again after a failure", async () => {
  let asked = 0;
  const info = async (): Promise<EngineInfo> => {
    asked += 1;
    if (asked === 1) throw new Error("not yet");
    return await Promise.resolve({ version: String(asked) } as EngineInfo);
  };
  const engine = { info } as Engine;
  const one = withInfoOnce(engine);
  await expect(one.info()).rejects.toThrow("not yet");
  expect(await Promise.all([one.info(), one.info()])).toEqual([{ version: "2" }, { version: "2" }]);
  // Another command, or another request, has its own wrapper.
  expect(await withInfoOnce(engine).info()).toEqual({ version: "3" });
});
