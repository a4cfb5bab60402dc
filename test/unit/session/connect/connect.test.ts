import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planConnect } from "../../../../src/session/connect/connect-plan.ts";
import { createOutputFilter, finish } from "../../../../src/session/connect/connect-streams.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const place = {
  user: "dev",
  workspaceFolder: "/w",
  environment: { PATH: process.env["PATH"] ?? "", key: "kept", shell: "kept", path: "kept" },
};

describe("the command in the container", () => {
  const run = async (spec: ReturnType<typeof planConnect>, input: string): Promise<string[]> => {
    const [file, ...args] = spec.command;
    const env = { ...spec.env };
    return (await execa(file, args, { env, extendEnv: false, input })).stdout.split("\n").slice(1);
  };

  test("gets its arguments unchanged", async () => {
    const spec = planConnect(place, { command: ["printf", "[%s]", "a b", "", "$x'\""] }, {}, false);
    expect(await run(spec, "")).toEqual(["[a b][][$x'\"]"]);
    expect(spec).toMatchObject({ user: "dev", workingDir: "/w" });
  });

  test("is CONNECT's command line in a shell", async () => {
    expect(await run(planConnect(place, { connect: "echo a | tr a b" }, {}, false), "")).toEqual(["b"]);
  });

  test("has the original environment, whatever variables our script uses", async () => {
    const lines = await run(planConnect(place, {}, {}, false), 'echo "$key $shell $path"; env | grep -c "^c_"; exit 0');
    expect(lines).toEqual(["kept kept kept", "0"]);
  });

  test("gets a terminal type that the container knows", async () => {
    const home = await temporaryFolder();
    await mkdir(dirname(join(home, ".terminfo/o/odd-term")), { recursive: true });
    await writeFile(join(home, ".terminfo/o/odd-term"), "");
    const at = { ...place, environment: { ...place.environment, HOME: home } };
    const term = async (outside: string): Promise<string[]> =>
      run(planConnect(at, { command: ["sh", "-c", "echo $TERM"] }, { TERM: outside }, true), "\n");
    expect(await term("odd-term")).toEqual(["odd-term"]);
    expect(await term("xterm-unknown")).toEqual(["xterm-256color"]);
  });

  test("has the container's own locale, otherwise C.UTF-8", () => {
    const german = { ...place, environment: { LC_ALL: "de_DE.UTF-8" } };
    expect(planConnect(german, {}, { LANG: "fr_FR.UTF-8" }, false).env).not.toHaveProperty("LANG");
    expect(planConnect(place, {}, { LANG: "fr_FR.UTF-8" }, false).env).toMatchObject({ LANG: "C.UTF-8" });
  });
});

describe("the output", () => {
  const filter = async (
    pieces: readonly Buffer[],
    echo: boolean,
  ): Promise<{ pids: string[]; refusal: string; output: string }> => {
    const target = new PassThrough();
    const output = text(target);
    const pids: string[] = [];
    let refusal = "";
    const onRefusal = (words: string): void => void (refusal += words);
    const stream = createOutputFilter(target, { echo, onPid: (pid) => pids.push(pid), onRefusal });
    for (const piece of pieces) stream.write(piece);
    await finish(stream);
    target.end();
    return { pids, refusal, output: await output };
  };

  test("lacks the process id and the terminal's echo, however it is cut, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.string(), fc.array(fc.nat(60)), async (echo, rest, cuts) => {
        const whole = Buffer.from(`123${echo ? "\r\n\r\n" : "\n"}${rest}`);
        const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].toSorted(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((end, n) => whole.subarray(places[n], end));
        expect(await filter(pieces, echo)).toEqual({
          pids: ["123"],
          refusal: "",
          output: Buffer.from(rest).toString(),
        });
      }),
    );
  });

  test("is reported as the engine's error if no process id arrives", async () => {
    const pieces = [Buffer.from("OCI runtime exec failed\r\n"), Buffer.from("more")];
    expect(await filter(pieces, false)).toEqual({ pids: [], refusal: "OCI runtime exec failed\r\nmore", output: "" });
  });

  test("that never has a line end is not kept", async () => {
    const given: number[] = [];
    const onRefusal = (words: string): void => void given.push(words.length);
    const stream = createOutputFilter(new PassThrough(), { echo: false, onPid: () => undefined, onRefusal });
    for (let n = 0; n < 3; n += 1) stream.write(Buffer.alloc(1000, "x"));
    await finish(stream);
    expect(given).toEqual([1000, 1000, 1000]);
  });
});
