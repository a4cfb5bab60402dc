import { expect, test } from "vitest";
import { listSessions } from "../../../src/app/sessions/list.ts";
import { openScope, outside } from "../../../src/app/scope.ts";
import { connectContext } from "../../support/connect-context.ts";
import { fakeHost } from "../../support/fakes/fake-host.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

test("a request outside of projects runs no git, whatever the folder of the process is", async () => {
  const ran: string[] = [];
  const ctx = connectContext(await temporaryFolder(), {
    run: async (file) => {
      ran.push(file);
      return { code: 0, stdout: "", stderr: "" };
    },
  });
  const makers = {
    makeHost: async () => fakeHost({ list: async () => [] }).host,
    makeRemote: async () => expect.unreachable("there is no other host"),
  };
  const { scope } = openScope(ctx, { folder: outside, onlyHost: undefined, cpus: 1, makers, tell: () => undefined });
  expect(await listSessions(scope, { all: true })).toMatchObject({ sessions: [] });
  await expect(scope.place()).rejects.toMatchObject({ code: "NOT_A_PROJECT" });
  expect(await scope.findProject()).toBeUndefined();
  expect(ran).toEqual([]);
});
