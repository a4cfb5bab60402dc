import { expect, test } from "vitest";
import type { Operation } from "../../src/contract/http/operations.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { callSocket as call, startServer } from "../support/server/built-server.ts";
import { harmless } from "../support/server/random/harmless.ts";

test("a server shows what the command line shows, does long work that survives it, and loses no event when it is killed", async () => {
  await using home = await temporaryHome();
  const cwd = await sampleProject(home, "image");
  const cowork = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCowork(args, { home, cwd });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  await cowork("init", "a");
  const first = await startServer(home);

  const sessions = await call(home, "GET /sessions");
  expect(JSON.parse(sessions.text)).toEqual(JSON.parse(await cowork("list", "--all", "--json")));
  expect((await fetch(`http://127.0.0.1:${first.port}/api/v1/sessions`)).status).toBe(401);
  const { id } = (JSON.parse(sessions.text) as { sessions: { id: string }[] }).sessions[0]!;

  const texts = async (): Promise<string[]> => {
    const { text } = await call(home, "GET /events?type=session.notify");
    return (JSON.parse(text) as { events: { data: { detail?: string } }[] }).events.map(
      ({ data }) => data.detail ?? "",
    );
  };
  await cowork("connect", "a", "--", "cowork", "notify", "one");
  await expect.poll(texts).toEqual(["one"]);

  const { text, status } = await call(home, `POST /sessions/${id}@local/stop`, {});
  expect(status).toBe(202);
  first.kill();
  await first.ended;
  // The work goes on in its own process, and nothing else needs the server.
  const { operation } = JSON.parse(text) as { operation: Operation };
  await expect.poll(async () => JSON.parse(await cowork("list", "--json")).sessions[0].state).toBe("stopped");
  await cowork("start", "a");
  await cowork("connect", "a", "--", "cowork", "notify", "two");

  const second = await startServer(home);
  await expect.poll(texts).toEqual(["one", "two"]);
  const ended = JSON.parse((await call(home, `GET /operations/${operation.id}`)).text) as Operation;
  expect(ended).toMatchObject({ kind: "stop", state: "done", result: { outcomes: [{ name: "a", ok: true }] } });

  const work = "echo more >more.txt && git add . && git commit -qm More && git rev-parse HEAD^{tree}";
  const tree = await cowork("connect", "a", "--", "sh", "-c", work);
  const projects = JSON.parse((await call(home, "GET /projects")).text) as { projects: { id: string }[] };
  const merging = { project: projects.projects[0]!.id, sessions: [`${id}@local`], ff: true, test: "test -e more.txt" };
  const begun = JSON.parse((await call(home, "POST /merges", merging)).text) as { operation: Operation };
  const merge = async (): Promise<Operation> =>
    JSON.parse((await call(home, `GET /operations/${begun.operation.id}`)).text) as Operation;
  await expect.poll(async () => (await merge()).state, { timeout: 60_000 }).toBe("done");
  expect((await merge()).result?.merge).toMatchObject({
    items: [{ session: "a", state: "landed" }],
    result: { how: "fast-forwarded", tested: true, tree: tree.trim() },
  });
  expect(`${await git(cwd, "rev-parse", "HEAD^{tree}")}\n`).toBe(tree);

  const again = await runCowork(["serve"], { home, cwd });
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect((await runCowork(["serve", "--port", "0.0.0.0:7333"], { home, cwd })).code).toBe(2);
  // The long form is in test/soak.
  expect(await harmless(home, second, { seed: 16, goOn: (step) => step < 150 })).toEqual([]);
  await cowork("serve", "--stop");
  expect(await second.ended).toBe(0);
});
