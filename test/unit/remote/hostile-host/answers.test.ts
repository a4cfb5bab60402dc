import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { sessionStatus, sessionView } from "../../../support/fakes/fake-host.ts";
import { type OtherEnd, speaking } from "../../../support/remote/fake-connection.ts";
import { answering, control, evil, failure, settings, useHostileHost } from "../../../support/remote/hostile-host.ts";

// A compromised host: whatever it answers, this machine must stay safe.

const fixture = useHostileHost();

describe("a host that does not start cowork", () => {
  test.each<[string, (end: OtherEnd) => void]>([
    ["says nothing and ends", ({ stdout }) => void stdout.end()],
    ["greets and ends", ({ stdout }) => void stdout.end(`Hello ${evil}\n`)],
    [
      "answers with an error",
      ({ stdout, stderr }) => {
        stderr.write(`sh: ${evil}: not found\n`);
        setImmediate(() => stdout.end());
      },
    ],
    ["needs something odd", ({ stdout, mark }) => void stdout.write(`${mark} need everything ${evil}\n`)],
    [
      "is of a kind without a Node",
      ({ stdout, mark }) => void stdout.write(`${mark} need program+node Linux constructor\n`),
    ],
    [
      "has a machine type that is a path",
      ({ stdout, mark }) => void stdout.write(`${mark} need program+node Linux ../../etc\n`),
    ],
    [
      "needs the program and then sends something else",
      ({ stdout, mark, onLine }) => {
        stdout.write(`${mark} need program Linux x86_64\n`);
        onLine(() => stdout.write(`${mark} rm -rf ${evil}\n`));
      },
    ],
    [
      "never reports the right checksum",
      ({ stdout, stderr, mark, onLine }) => {
        stdout.write(`${mark} need program Linux x86_64\n`);
        onLine((line) => {
          if (!line.startsWith("program ")) return;
          stderr.write(`sum differs ${evil}\n`);
          stdout.write(`${mark} go\n${mark} failed\n`);
        });
      },
    ],
    ["does not send JSON", ({ stdout, mark }) => void stdout.write(`${mark} run\nbash: ${evil}\n`)],
    ["ends at once", ({ stdout, mark }) => void stdout.end(`${mark} run\n`)],
  ])("%s: gives one error, and the connection is closed", async (_, other) => {
    const host = fixture.remote(other);
    const error = await failure(host.list({}));
    expect(error.exitCode).toBe(4);
    await expect.poll(() => fixture.connections[0]?.isClosed()).toBe(true);
    expect(fixture.connections).toHaveLength(1);
    host.close();
  });

  test.each(["stdout", "stderr"] as const)("writes endlessly to %s: the output is limited", async (which) => {
    let wrote = 0;
    const host = fixture.remote((end) => {
      const endless = new Readable({
        read() {
          wrote += 1;
          setImmediate(() => this.push(Buffer.alloc(16_384, "noise\n")));
        },
      });
      endless.pipe(end[which]);
      end[which].once("close", () => endless.destroy());
      if (which === "stderr") {
        end.stdout.write(`${end.mark} run\n`);
        setTimeout(() => end.cut(), 300);
      }
    });
    expect((await failure(host.list({}))).exitCode).toBe(4);
    expect(wrote).toBeLessThan(which === "stdout" ? 100 : Infinity);
    expect(fixture.logged.length).toBeLessThan(1200);
    host.close();
  });
});

describe("a host's answers", () => {
  const view = sessionView();
  const outcome = { name: "a", ok: true, exitCode: 0, notes: [] };
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a text", evil],
    ["a number", 7],
    ["an object", { length: 1e9 }],
    ["invalid views", [{ ...view, state: "hacked" }]],
    ["an incomplete view", [{ name: "a" }]],
    ["a view with a container of numbers", [{ ...view, container: { id: 1 } }]],
    ["lists in place of texts", [{ ...view, branch: [evil] }]],
    ["its prototype", [{ __proto__: view }]],
    ["a view among others", [view, 1]],
  ])("that do not match the schema are an error: %s", async (_, answer) => {
    const host = fixture.remote(
      answering({
        list: answer,
        status: answer,
        stop: answer,
        clean: answer,
        job: answer,
        authStatus: answer,
        logout: answer,
        doctor: answer,
        cleanImages: answer,
        planInit: answer,
        diff: answer,
      }),
    );
    const works = [
      host.list({}),
      host.status({}, { precious: [] }),
      host.stop({}, { concurrency: 1 }),
      host.clean({}, { force: false, dryRun: false, purge: false, concurrency: 1, precious: [] }),
      host.start({}, { settings }),
      host.logout({ settings }),
      host.doctor({ fix: false }),
      host.cleanImages({ dryRun: true }),
      host.diff({ names: ["a"] }, { stat: false, paths: [], columns: 80 }),
    ];
    for (const work of works) expect((await failure(work)).code).toBe("HOST_ANSWER_INVALID");
    host.close();
  });

  test.each<[string, object[]]>([
    ["another session", [{ ...outcome, name: "b" }]],
    ["a session of another host", [{ ...outcome, name: "a x@other" }]],
    ["a session twice", [outcome, { ...outcome, name: "A" }]],
    ["a code that is none", [{ ...outcome, exitCode: 4711 }]],
    ["half a code", [{ ...outcome, exitCode: 1.5 }]],
    ["a failure that is none", [{ ...outcome, ok: false }]],
  ])("about %s are not stored on this machine", async (_, answer) => {
    const host = fixture.remote(
      answering({ stop: answer, clean: answer.map((one) => ({ ...one, unsaved: [], removed: [] })), job: answer }),
    );
    const options = { force: false, dryRun: false, purge: false, concurrency: 1, precious: [] };
    const works = [
      host.stop({ names: ["a"] }, { concurrency: 1 }),
      host.clean({ names: ["a"] }, options),
      host.start({ names: ["a"] }, { settings }),
    ];
    for (const work of works) expect((await failure(work)).code).toBe("HOST_ANSWER_INVALID");
    host.close();
  });

  test("contain no escape sequences, and have the user's name for the host", async () => {
    const bad = { code: "toString", message: evil, hint: evil };
    const dirty = {
      ...sessionStatus({ branch: evil, path: evil, agent: evil, createdAt: evil, error: bad as never }),
      host: "local",
      unsavedWork: [evil],
      changes: [evil],
    };
    const host = fixture.remote(
      answering({
        status: [dirty],
        stop: [{ name: "a", ok: false, exitCode: 1, notes: [evil], host: "local", error: bad }],
        doctor: [{ title: evil, status: "ok", detail: evil, fix: evil }],
        cleanImages: [evil],
        diff: { text: `+${evil}`, truncated: false },
      }),
    );
    const [status] = await host.status({}, { precious: [] });
    const [stopped] = await host.stop({ names: ["a"] }, { concurrency: 1 });
    const all = [
      status,
      stopped,
      await host.doctor({ fix: false }),
      await host.cleanImages({ dryRun: true }),
      (await host.diff({ names: ["a"] }, { stat: false, paths: [], columns: 80 })).text,
    ];
    const texts: string[] = [];
    JSON.stringify(all, (_key, value: unknown) => {
      if (typeof value === "string") texts.push(value);
      return value;
    });
    for (const text of texts) expect(text).not.toMatch(control);
    expect(status).toMatchObject({ host: "box", error: { code: "INTERNAL" } });
    expect(stopped).toMatchObject({
      host: "box",
      error: { code: "INTERNAL", message: expect.stringMatching(/^box: /) as string },
    });
    host.close();
  });

  test("of enormous size are truncated", async () => {
    const host = fixture.remote(
      answering({
        cleanImages: ["x".repeat(5_000_000)],
        doctor: [{ title: "t", status: "ok", detail: "d", fix: "f".repeat(1e6) }],
      }),
    );
    expect((await host.cleanImages({ dryRun: true }))[0]?.length).toBeLessThan(20_000);
    expect((await host.doctor({ fix: false }))[0]?.fix?.length).toBeLessThan(20_000);
    host.close();
  });

  test("with endless nesting are refused", async () => {
    let end: OtherEnd | undefined;
    const host = fixture.remote((one) => {
      end = one;
      speaking(() => undefined)(one);
      one.stdout.write(`{"t":"s","i":"x","r":${"[".repeat(100_000)}\n`);
    });
    expect((await failure(host.list({}))).code).toBe("HOST_ANSWER_INVALID");
    expect(end).toBeDefined();
    host.close();
  });

  test("about a login with an invalid date are refused", async () => {
    const login = { state: "ok", detail: "", endsAt: "tomorrow" };
    const answer = { agent: "claude", login, readable: true, repaired: [], problems: [], threats: [] };
    const host = fixture.remote(answering({ authStatus: answer }));
    expect((await failure(host.authStatus("claude"))).code).toBe("HOST_ANSWER_INVALID");
    host.close();
  });

  test("that a session's clone is another one, or is in a place where git would look for more, are refused", async () => {
    const clone = {
      lease: 1,
      name: "a",
      path: "/x",
      start: { branch: "a", commit: "0".repeat(40), existing: false },
      identity: {},
    };
    for (const odd of [
      { ...clone, name: "b" },
      { ...clone, name: "../../heads/main" },
      { ...clone, start: { ...clone.start, branch: "../x" } },
      { ...clone, start: { ...clone.start, branch: "--upload-pack=x" } },
      { ...clone, start: { ...clone.start, commit: "--all" } },
    ]) {
      const host = fixture.remote(answering({ cloneOpen: odd, cloneClose: true }));
      expect((await failure(host.openClone({ names: ["a"] }))).code, JSON.stringify(odd)).toBe("HOST_ANSWER_INVALID");
      host.close();
    }
  });
});
