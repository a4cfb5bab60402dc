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
/** What `devcontainer up` makes of our image's metadata: PID 1 with its own trap, then ours. */
const script = `echo Container started; trap "exit 0" 15; trap '/opt/cowork/bin/quiesce; exit 0' 15; exec "$@"; while sleep 1 & wait $!; do :; done`;
/** Takes 1.3 s to end after SIGTERM, by help of other programs. */
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
  // A process can be seen before it has set its trap.
  if (!command.includes(slowEnd)) return;
  const ready = `/tmp/${command.at(-1)}.ready`;
  await vi.waitFor(() => execa("docker", ["exec", container, "test", "-e", ready]), waiting);
}

async function fileIn(container: string, path: string): Promise<string> {
  const { stdout } = await execa("docker", ["cp", `${container}:${path}`, "-"], { encoding: "buffer" });
  return (await execa("tar", ["-xO"], { input: stdout })).stdout;
}

describe("docker stop, from outside cowork", () => {
  test.each([
    ["with the shell as PID 1", []],
    ["with an init as PID 1", ["--init"]],
  ])("lets what was exec'ed finish: %s", async (_how, args) => {
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

  test("ends everything but PID 1, and the container goes on", async () => {
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
    // HUP would end it before it has finished; bash passes its own HUP on to its jobs
    await background(container, ["-t"], "bash", "-ic", `sh -c '${slowEnd.replaceAll("'", `'"'"'`)}' job; true`);
    expect((await quiesce(ctx, container)).left).toEqual([]);
    expect(await fileIn(container, "/tmp/job")).toBe("job");
  });

  test("names what will not end", async () => {
    const container = await start();
    await background(container, [], "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done");
    const { left } = await quiesce(ctx, container);
    expect(left).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+ sh$/)]));
  });

  test("touches nothing where the processes are another container's, or the machine's", async () => {
    const owner = await start();
    await background(owner, [], "sleep", "7301");
    const guest = await start(`--pid=container:${owner}`);
    // as an ordinary user: a mistake here must not end this machine
    const host = await start("--pid=host", "-u", "1000");
    await background(host, [], "sleep", "7302");
    const nothing = { left: [], ignoresTerm: false };
    expect([await quiesce(ctx, guest), await quiesce(ctx, host)]).toEqual([nothing, nothing]);
    // nor when somebody calls the script by hand, nor when PID 1's trap does
    const byHand = ["/opt/cowork/bin/quiesce", "--exec"];
    await execa("docker", ["exec", host, ...byHand]);
    expect(await processesIn(host)).toContain("sleep 7302");
    await execa("docker", ["exec", guest, "/opt/cowork/bin/quiesce"]);
    await execa("docker", ["kill", "-s", "TERM", guest, host]);
    await execa("docker", ["wait", guest, host]);
    expect(await processesIn(owner)).toContain("sleep 7301");
  });

  test("of a container that has stopped, or without the script, is nothing", async () => {
    const bare = await runContainer({ labels });
    await background(bare, [], "sleep", "7303");
    expect(await quiesce(ctx, bare)).toEqual({ left: [], ignoresTerm: false });
    expect(await processesIn(bare)).toContain("sleep 7303");
    await ctx.engine.stopContainer(bare, 0);
    expect(await quiesce(ctx, bare)).toEqual({ left: [], ignoresTerm: false });
  });
});

test("an ordinary user's call ends that user's processes alone", async () => {
  const container = await start();
  await background(container, ["-u", "1000"], "sleep", "7304");
  await background(container, ["-u", "1001"], "sleep", "7305");
  const { stdout } = await execa("docker", ["exec", "-u", "1000", container, "/opt/cowork/bin/quiesce", "--exec"]);
  const left = await processesIn(container);
  expect([stdout, left.includes("sleep 7304"), left.includes("sleep 7305")]).toEqual(["", false, true]);
});
