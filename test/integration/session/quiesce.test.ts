import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test, vi } from "vitest";
import { quiesce } from "../../../src/session/lifecycle/quiesce.ts";
import { connectContext } from "../../support/connect-context.ts";
import { processesIn, removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { tree } from "../../support/git/tree.ts";

const labels = { "cowork.test": "quiesce" };
const launchers = ["-v", `${join(tree, "templates/container")}:/opt/cowork/bin:ro`];
const waiting = { timeout: 20_000, interval: 50 };
/** PID 1 as `devcontainer up` creates it from the image's metadata: its own trap, then cowork's. */
const script = `echo Container started; trap "exit 0" 15; trap '/opt/cowork/bin/quiesce; exit 0' 15; exec "$@"; while sleep 1 & wait $!; do :; done`;
/** A script that takes 1.3 s to end after SIGTERM and starts other programs in that time. */
const slowEnd = `trap 'sleep 1.3; echo "$0" > "/tmp/$0"; exit 0' TERM; echo >"/tmp/$0.ready"; while :; do sleep 0.1; done`;

afterAll(() => removeContainers("cowork.test=quiesce"));

const start = (...args: string[]): Promise<string> => runContainer({ labels, args: [...launchers, ...args], script });

async function background(container: string, flags: readonly string[], ...command: string[]): Promise<void> {
  await execa("docker", ["exec", "-d", ...flags, container, ...command]);
  const shown = command.join(" ").slice(0, 30);
  await vi.waitFor(
    async () => expect((await processesIn(container)).some((line) => line.includes(shown))).toBe(true),
    waiting,
  );
  // The process may be listed before it has set its trap.
  if (!command.includes(slowEnd)) return;
  const ready = `/tmp/${command.at(-1)}.ready`;
  await vi.waitFor(() => execa("docker", ["exec", container, "test", "-e", ready]), waiting);
}

async function fileIn(container: string, path: string): Promise<string> {
  const { stdout } = await execa("docker", ["cp", `${container}:${path}`, "-"], { encoding: "buffer" });
  return (await execa("tar", ["-xO"], { input: stdout })).stdout;
}

describe("docker stop without cowork", () => {
  test.each([
    ["with the shell as PID 1", []],
    ["with an init as PID 1", ["--init"]],
  ])("lets exec'ed programs finish: %s", async (_how, args) => {
    const container = await start(...args);
    await background(container, [], "sh", "-c", slowEnd, "plain");
    await background(container, ["-u", "1000"], "sh", "-c", slowEnd, "user");
    await background(container, ["-t"], "bash", "-ic", slowEnd, "terminal");
    await execa("docker", ["stop", container]);
    for (const name of ["plain", "user", "terminal"]) expect(await fileIn(container, `/tmp/${name}`)).toBe(name);
  });
});

describe("cowork stop", () => {
  const ctx = connectContext("/nowhere");

  test("ends everything except PID 1, and the container keeps running", async () => {
    const container = await start();
    await background(container, [], "sh", "-c", slowEnd, "plain");
    await background(container, ["-t"], "bash");
    await background(container, ["-t"], "sh", "-c", "sleep 7300 & kill -STOP $!; wait");
    expect((await quiesce(ctx, container)).left).toEqual([]);
    expect(await fileIn(container, "/tmp/plain")).toBe("plain");
    const left = (await processesIn(container)).filter(
      (line) => line !== "sleep 1" && !line.includes("Container started"),
    );
    expect(left).toEqual([]);
    expect((await ctx.engine.findContainer(container))?.state).toBe("running");
  });

  test("does not hang up a shell whose foreground job is still ending", async () => {
    const container = await start();
    // bash passes SIGHUP on to its jobs, which would end the job before it has finished
    await background(container, ["-t"], "bash", "-ic", `sh -c '${slowEnd.replaceAll("'", `'"'"'`)}' job; true`);
    expect((await quiesce(ctx, container)).left).toEqual([]);
    expect(await fileIn(container, "/tmp/job")).toBe("job");
  });

  test("names processes that do not end", async () => {
    const container = await start();
    await background(container, [], "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done");
    const { left } = await quiesce(ctx, container);
    expect(left).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+ sh$/)]));
  });

  test("ends nothing if the container shares the processes of another container or the host", async () => {
    const owner = await start();
    await background(owner, [], "sleep", "7301");
    const guest = await start(`--pid=container:${owner}`);
    // as an ordinary user, so that a bug here cannot kill the processes of this machine
    const host = await start("--pid=host", "-u", "1000");
    await background(host, [], "sleep", "7302");
    const nothing = { left: [], ignoresTerm: false };
    expect([await quiesce(ctx, guest), await quiesce(ctx, host)]).toEqual([nothing, nothing]);
    // the same when a user or PID 1's trap calls the script
    const byHand = ["/opt/cowork/bin/quiesce", "--exec"];
    await execa("docker", ["exec", host, ...byHand]);
    expect(await processesIn(host)).toContain("sleep 7302");
    await execa("docker", ["exec", guest, "/opt/cowork/bin/quiesce"]);
    await execa("docker", ["kill", "-s", "TERM", guest, host]);
    await execa("docker", ["wait", guest, host]);
    expect(await processesIn(owner)).toContain("sleep 7301");
  });

  test("does nothing in a stopped container or one without the script", async () => {
    const bare = await runContainer({ labels });
    await background(bare, [], "sleep", "7303");
    expect(await quiesce(ctx, bare)).toEqual({ left: [], ignoresTerm: false });
    expect(await processesIn(bare)).toContain("sleep 7303");
    await ctx.engine.stopContainer(bare, 0);
    expect(await quiesce(ctx, bare)).toEqual({ left: [], ignoresTerm: false });
  });
});

test("quiesce called by an ordinary user ends only that user's processes", async () => {
  const container = await start();
  await background(container, ["-u", "1000"], "sleep", "7304");
  await background(container, ["-u", "1001"], "sleep", "7305");
  const { stdout } = await execa("docker", ["exec", "-u", "1000", container, "/opt/cowork/bin/quiesce", "--exec"]);
  const left = await processesIn(container);
  expect([stdout, left.includes("sleep 7304"), left.includes("sleep 7305")]).toEqual(["", false, true]);
});
