import { expect, test } from "vitest";
import { CoworkError } from "../../../../src/errors.ts";
import { type HintPart, ownCommand } from "../../../../src/hint.ts";
import { checkEngine } from "../../../../src/session/checks/engine.ts";
import type { Context } from "../../../../src/system/context.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

async function advice(hint: HintPart[], env: Record<string, string>): Promise<string | undefined> {
  const info = async (): Promise<never> => {
    throw new CoworkError("ENGINE_UNREACHABLE", "The Docker Engine does not answer.", { hint });
  };
  const paths = coworkPaths(await temporaryFolder());
  const [check] = await checkEngine({ paths, env, engine: { info } } as unknown as Context);
  expect(check).toMatchObject({ status: "problem" });
  return check?.fix;
}

test("an engine that does not answer has a next step, and that is not doctor, which is running", async () => {
  expect(await advice([ownCommand("doctor")], {})).toBe("run ./install.sh to install one");
  expect(await advice([ownCommand("doctor")], { DOCKER_HOST: "unix:///nowhere" })).toContain("unset DOCKER_HOST");
  expect(await advice(["add yourself to the group docker"], {})).toBe("add yourself to the group docker");
});
