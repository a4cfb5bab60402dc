import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Settings } from "../../../src/config/types.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { Question } from "../../../src/contract/questions.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import { isTrusted, rememberTrust } from "../../../src/project/trust-store.ts";
import type { Project } from "../../../src/project/types.ts";
import type { Connection } from "../../../src/remote/types.ts";
import { createRemoteHost } from "../../../src/remote/client/remote-host.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { InitRequest } from "../../../src/session/types.ts";
import { createLocalUser } from "../../../src/session/project-client.ts";
import type { Context } from "../../../src/system/context.ts";
import { type Asked, fakeConnection, type OtherEnd, speaking } from "../../support/remote/fake-connection.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";

// A compromised host: whatever it answers, this machine must stay safe.

let shop: GitWorkshop;
let root: string;
let ctx: Context;
let controller: AbortController;
let events: ProgressEvent[];
let questions: Question[];
let logged: string[];
let begunNames: string[];
let connections: ReturnType<typeof fakeConnection>[];
let project: Project;

beforeEach(async () => {
  controller = new AbortController();
  [events, questions, logged, connections, begunNames] = [[], [], [], [], []];
  shop = await gitWorkshop({
    signal: controller.signal,
    report: (event) => void events.push(event),
    ask: async (question) => {
      await Promise.resolve();
      questions.push(question);
      return true;
    },
    log: (line) => void logged.push(line),
  });
  ctx = shop.context;
  root = await shop.project();
  await writeFile(join(shop.root, "program"), "#!/bin/sh\n");
  await writeFile(join(shop.root, "secret"), "s3cret\n");
  project = {
    facts: { name: "app", root, rootCommit: await shop.git(root, "rev-parse", "HEAD") },
    source: { kind: "repository", root, gitDir: join(root, ".git") },
  } as Project;
});
afterEach(async () => await shop.end());

type Remote = SessionHost & { close(): void };

function remote(other: (end: OtherEnd) => void): Remote {
  const user = createLocalUser(ctx, () => Promise.resolve(project), { others: false });
  const connect = async (): Promise<Connection> => {
    await Promise.resolve();
    const made = fakeConnection(other);
    connections.push(made);
    return made;
  };
  const program = { file: join(shop.root, "program"), hash: "abc" };
  const begin = (names: readonly string[]): Promise<() => Promise<void>> => {
    begunNames.push(...names);
    return Promise.resolve(() => Promise.resolve());
  };
  const from = () => Promise.resolve(project.source);
  return createRemoteHost(ctx, { name: "box", user, program, connect, source: from, begin });
}

/** Answers the host's methods and all other calls by name. */
const answering = (answers: Record<string, unknown>): ((end: OtherEnd) => void) =>
  speaking(({ m, a }) => {
    if (m === "now") return Date.now();
    if (m === "job") return jobAnswer(a[0], answers["job"]);
    return m === "call" ? answers[String(a[0])] : answers[m];
  });

/** Answers as a host without running jobs, on which a new job ends with this value. */
const jobAnswer = (options: unknown, value: unknown): unknown =>
  (options as { args?: unknown }).args === undefined ? { missing: true } : { value };

// oxlint-disable-next-line no-control-regex -- the tests look for control characters
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    (value) => new Error(`it gave ${JSON.stringify(value)?.slice(0, 300)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CoworkError)) throw error as Error;
  expect(`${error.message}${error.hint ?? ""}`).not.toMatch(control);
  expect(error.message.length).toBeLessThan(20_000);
  return error;
}

const evil = "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\r\n\u009b5m\u202e\u0000x";
const settings = {} as Settings;

async function initRequest(): Promise<InitRequest> {
  const start = { branch: "a", commit: await shop.git(root, "rev-parse", "HEAD"), existing: false };
  return {
    project: project.facts,
    source: project.source,
    sessions: [{ name: "a", start }],
    settings,
    options: { noStart: false },
    carry: { root, files: [], notes: [] },
  };
}

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
    const host = remote(other);
    const error = await failure(host.list({}));
    expect(error.exitCode).toBe(4);
    await expect.poll(() => connections[0]?.isClosed()).toBe(true);
    expect(connections).toHaveLength(1);
    host.close();
  });

  test.each(["stdout", "stderr"] as const)("writes endlessly to %s: the output is limited", async (which) => {
    let wrote = 0;
    const host = remote((end) => {
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
    expect(logged.length).toBeLessThan(1200);
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
    const host = remote(
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
    const host = remote(
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
    const host = remote(
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
    const host = remote(
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
    const host = remote((one) => {
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
    const host = remote(answering({ authStatus: answer }));
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
      const host = remote(answering({ cloneOpen: odd, cloneClose: true }));
      expect((await failure(host.openClone({ names: ["a"] }))).code, JSON.stringify(odd)).toBe("HOST_ANSWER_INVALID");
      host.close();
    }
  });
});

describe("a host that asks", () => {
  /** Asks one question, and returns the answer as the only line of `cleanImages`. */
  const asking =
    (m: string, ...a: unknown[]): ((end: OtherEnd) => void) =>
    ({ mark, stdout, onLine }) => {
      let call: Asked | undefined;
      const say = (value: unknown): void => void stdout.write(`${JSON.stringify(value)}\n`);
      onLine((line) => {
        const heard = JSON.parse(line) as Asked & { t: string; r?: unknown; e?: unknown };
        if (heard.t === "q" && heard.i !== undefined) {
          call = heard;
          say({ t: "q", m, a, i: "mine" });
        } else if (heard.t === "s") {
          say({
            t: "s",
            i: call?.i,
            r: [JSON.stringify({ r: heard.r ?? null, e: (heard.e as { code?: string } | undefined)?.code })],
          });
        }
      });
      stdout.write(`${mark} run\n`);
    };
  const answerTo = async (m: string, ...a: unknown[]): Promise<{ r: unknown; e?: string }> => {
    const host = remote(asking(m, ...a));
    const [text] = await host.cleanImages({ dryRun: true });
    host.close();
    return JSON.parse(text ?? "") as { r: unknown; e?: string };
  };
  const saved = async (...args: unknown[]): Promise<unknown> => (await answerTo("saved", ...args)).r;
  const own = (): object => ({ name: "app", root, rootCommit: project.facts.rootCommit });

  test.each(["constructor", "__proto__", "exec", "connect", "call", "storeTake", "process", "toString"])(
    "for a function that is not offered gets an error: %s",
    async (name) => expect(await answerTo(name, "x")).toMatchObject({ r: null, e: "INTERNAL" }),
  );

  test("about the project gets answers by content", async () => {
    expect(await saved(own(), [], "isKnown")).toBe(true);
    expect(await saved(own(), [], "tips")).toEqual([project.facts.rootCommit]);
    const hello = "ce013625030ba8dba906f756967f9e9ca394464a";
    expect(await saved(own(), [], "sameFile", "readme", { mode: "100644", oid: hello })).toBe(true);
  });

  test.each<[string, (self: object) => unknown[]]>([
    ["another project by name", (self) => [{ ...self, name: "other" }, [], "tips"]],
    ["another project by its first commit", (self) => [{ ...self, rootCommit: "0".repeat(40) }, [], "isKnown"]],
    ["an invalid project", () => ["app", [], "tips"]],
    ["a function that does not exist", (self) => [self, [], "constructor"]],
    ["a prototype's function", (self) => [self, [], "__proto__", "x"]],
    ["a module outside", (self) => [self, [["../../other/.git", "x"]], "tips"]],
    ["a module at a place outside", (self) => [self, [["x", "../.."]], "tips"]],
    ["a chain of no modules", (self) => [self, [["x"], 1], "hasTree", 7]],
  ])("about %s gets no answer", async (_, args) => {
    await shop.project("other");
    const answer = await saved(...args(own()));
    expect([null, false], JSON.stringify(answer)).toContain(answer === undefined ? null : answer);
  });

  test.each(["../secret", "../../etc/passwd", "/etc/passwd", "./readme", "a/../readme", "", "readme/"])(
    "about a file's content gets false outside of the project: %s",
    async (path) => {
      // the blob id of `../secret`
      const oid = await shop.git(shop.root, "hash-object", join(shop.root, "secret"));
      const passwd = await shop.git(shop.root, "hash-object", "/etc/passwd");
      for (const id of [oid, passwd, "ce013625030ba8dba906f756967f9e9ca394464a"])
        expect(await saved(own(), [], "sameFile", path, { mode: "100644", oid: id })).toBe(false);
    },
  );

  test("with options instead of commits runs nothing", async () => {
    await saved(own(), [], "reachable", [`--output=${join(shop.root, "pwned")}`, "--all", "\n--all"]);
    await saved(own(), [], "hasTree", `--output=${join(shop.root, "pwned")}`);
    await saved(own(), [], "hasLfs", "../../../../secret");
    expect(await readdir(shop.root)).not.toContain("pwned");
  });

  test("the user is named in the question; trust counts for that host only", async () => {
    const hash = "f".repeat(64);
    const trust = {
      kind: "trust",
      project: `app${evil}`,
      projectRoot: root,
      hash,
      findings: [{ where: evil, what: evil, why: evil }],
    };
    expect(await answerTo("ask", trust)).toMatchObject({ r: true });
    const [question] = questions;
    expect(question).toMatchObject({
      kind: "trust",
      projectRoot: root,
      hash: `box ${hash}`,
      project: expect.stringMatching(/ on box$/) as string,
    });
    expect(JSON.stringify(question)).not.toMatch(/\\u00/);
    if (question?.kind === "trust") await rememberTrust(ctx, question.projectRoot, question.hash);
    expect(await isTrusted(ctx.paths, root, hash)).toBe(false);
    expect(await isTrusted(ctx.paths, root, `box ${hash}`)).toBe(true);

    await answerTo("ask", { kind: "confirm", text: `Give me your password${evil}`, detail: [evil] });
    expect(questions[1]).toMatchObject({ kind: "confirm", text: expect.stringMatching(/^box: /) as string });
    expect(JSON.stringify(questions[1])).not.toMatch(/\\u00/);
  });

  test.each<[string, unknown]>([
    [
      "a question about a host key",
      { kind: "host-key", host: "bank", address: "x", keyType: "RSA", fingerprint: "SHA256:x" },
    ],
    ["an empty question", null],
    ["a question without a text", { kind: "confirm" }],
    ["a trust question without findings", { kind: "trust", project: "app", projectRoot: "/", hash: "x" }],
    [
      "a trust question with an empty finding",
      { kind: "trust", project: "a", projectRoot: "/", hash: "x", findings: [{ why: {} }] },
    ],
    ["with a hash that is none", { kind: "trust", project: "app", projectRoot: "/", hash: {}, findings: [] }],
  ])("%s is ignored", async (_, question) => {
    expect(await answerTo("ask", question)).toMatchObject({ r: null, e: "HOST_ANSWER_INVALID" });
    expect(questions).toEqual([]);
  });

  test("on and on gets no after some time, and the user is asked one question at a time", async () => {
    let [now, most] = [0, 0];
    ctx.ask = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((done) => setTimeout(done, 1));
      now -= 1;
      return false;
    };
    let refused = 0;
    const host = remote(({ mark, stdout, onLine }) => {
      onLine((line) => {
        const heard = JSON.parse(line) as Asked & { t: string; e?: unknown };
        if (heard.t === "s" && heard.e !== undefined) refused += 1;
        if (heard.m === "call") stdout.write(`${JSON.stringify({ t: "s", i: heard.i, r: [] })}\n`);
      });
      stdout.write(`${mark} run\n`);
      for (let n = 1; n <= 3000; n++)
        stdout.write(`${JSON.stringify({ t: "q", m: "ask", a: [{ kind: "confirm", text: "?" }], i: String(n) })}\n`);
    });
    expect(await host.list({})).toEqual([]);
    await expect.poll(() => refused).toBeGreaterThan(1000);
    expect(most).toBe(1);
    host.close();
  });
});

describe("a host that reports", () => {
  test("arbitrary data: only events are accepted, with sanitized texts, of a limited number of sessions", async () => {
    const host = remote(
      speaking(
        ({ m, a }) => (m === "call" && a[0] === "list" ? [] : undefined),
        (say) => {
          const report = (...a: unknown[]): void => say({ t: "q", m: "report", a });
          report({ session: "a", step: "clone", state: "start", detail: evil });
          for (const odd of [
            null,
            1,
            "x",
            [],
            {},
            { session: 1 },
            { session: "a", step: "rm", state: "start" },
            { session: "a", step: "clone", state: "__proto__" },
          ])
            report(odd);
          for (let n = 0; n < 5000; n++) report({ session: `s${n}`, step: "clone", state: "note", detail: "x" }, true);
        },
      ),
    );
    expect(await host.list({})).toEqual([]);
    expect(events[0]).toMatchObject({ session: "a", step: "clone", state: "start" });
    for (const { session, detail } of events) expect(`${session}${detail}`).not.toMatch(control);
    expect(new Set(events.map(({ session }) => session)).size).toBeLessThanOrEqual(1000);
    host.close();
  });
});

describe("the project's data", () => {
  const store = (over: object): Record<string, unknown> => ({
    storeLacks: { lacks: [], have: [], gitDir: "/x" },
    storeHas: 0,
    carriedTake: "/x",
    ...over,
  });

  test("is what was offered: a host that requests other commits gets none", async () => {
    await shop.sh(
      root,
      "git checkout -q -b private; echo s >s; git add s; git commit -qm private; git checkout -q main",
    );
    const blob = await shop.git(root, "rev-parse", "HEAD^{tree}");
    for (const lacks of [
      ["--all"],
      [blob],
      [`${project.facts.rootCommit}\ncreate refs/heads/x ${project.facts.rootCommit}`],
    ]) {
      let sent = 0;
      const host = remote(
        speaking(({ m }) => {
          if (m === "streamData") sent += 1;
          if (m === "job") return { missing: true };
          return store({ storeLacks: { lacks, have: [], gitDir: "/x" } })[m];
        }),
      );
      expect((await failure(host.init(await initRequest()))).code).toBe("HOST_ANSWER_INVALID");
      expect(sent).toBe(0);
      // No work was started on the host, so no session is recorded.
      expect(begunNames).toEqual([]);
      host.close();
    }
    expect(await readdir(join(root, ".git", "refs", "heads"))).toEqual(["main", "private"]);
  });

  test.each(["4", null, { a: 1 }])("is refused if the host reports an invalid number of bytes: %j", async (there) => {
    const lacks = [project.facts.rootCommit];
    const answers = store({ storeHas: there, storeLacks: { lacks, have: [], gitDir: "/x" } });
    const host = remote(speaking(({ m, a }) => (m === "job" ? jobAnswer(a[0], []) : answers[m])));
    expect((await failure(host.init(await initRequest()))).code).toBe("HOST_ANSWER_INVALID");
    host.close();
  });

  test.each([-5, 1e15, 1.5])("does not start at an offset outside of the file: %j", async (there) => {
    let started = false;
    const host = remote(
      speaking(({ m, a }) => {
        if (m === "streamEnd") started = true;
        const answers = store({
          storeHas: there,
          storeLacks: started
            ? { lacks: [], have: [], gitDir: "/x" }
            : { lacks: [project.facts.rootCommit], have: [], gitDir: "/x" },
        });
        if (m === "storeTake") return true;
        if (m === "job") return jobAnswer(a[0], [{ name: "a", ok: true, exitCode: 0, notes: [] }]);
        return answers[m];
      }),
    );
    // What is not taken is never said to have been: the work ends when the user says so.
    const work = host.init(await initRequest()).catch((error: unknown) => error);
    await expect.poll(() => started).toBe(true);
    host.close();
    await work;
  });
});

describe("a host that does not end", () => {
  test("after Ctrl-C: the command ends with 130 and reports it", async () => {
    let cancelled = false;
    let end: OtherEnd | undefined;
    const host = remote((one) => {
      end = one;
      speaking(({ m }) => {
        if (m === "cancel") cancelled = true;
        return undefined;
      })(one);
    });
    const work = failure(host.stop({}, { concurrency: 1 }));
    await expect.poll(() => end !== undefined).toBe(true);
    await new Promise((done) => setTimeout(done, 50));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    controller.abort(new CoworkError("INTERRUPTED", "Interrupted."));
    // It gets a limited time to end cleanly.
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connections[0]?.isClosed()).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    const error = await work;
    expect(error).toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    expect(error.message).toMatch(/box did not confirm/);
    expect(cancelled).toBe(true);
    expect(connections[0]?.isClosed()).toBe(true);
    host.close();
  });

  test("whose connection breaks repeatedly: retries are limited, then one error explains how to reconnect", async () => {
    const host = remote((one) => {
      speaking(() => undefined)(one);
      setTimeout(() => one.cut(), 5);
    });
    const error = await failure(host.start({}, { settings }));
    expect(error).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(error.hint).toMatch(/same command again/);
    expect(connections.length).toBe(9);
    host.close();
  });
});

test("a session's bytes arrive unchanged, and streams without a number use no memory", async () => {
  const out = new PassThrough();
  const host = remote(
    speaking(({ m, a }, say) => {
      if (m !== "connect") return undefined;
      const [, stdout, stderr] = (a?.[1] ?? []) as [number, number, number];
      for (let id = 50; id < 500; id++)
        say({ t: "q", m: "streamData", a: [id, Buffer.alloc(40_000).toString("base64")] });
      say({ t: "q", m: "streamData", a: [stdout, Buffer.from(evil).toString("base64")] });
      for (const id of [stdout, stderr]) say({ t: "q", m: "streamEnd", a: [id] });
      return 300;
    }),
  );
  const io = { stdin: Readable.from([]), stdout: out, stderr: new PassThrough() };
  const request = { selector: { names: ["a"] as [string] }, settings, command: ["true"], tmux: false };
  expect((await failure(host.connect(request, io))).code).toBe("HOST_ANSWER_INVALID");
  expect((out.read() as Buffer).toString()).toBe(evil);
  host.close();
});

describe("a terminal whose connection breaks", () => {
  /** Breaks the first connection; on the second one the remote program exits with 7. */
  const breaking = (): ((end: OtherEnd) => void) => {
    let times = 0;
    return (end) => {
      if (!end.command.includes(" tty ")) return speaking(() => undefined)(end);
      times += 1;
      end.stdout.write(`${end.mark} run\nhello ${times}\n`);
      setTimeout(() => (times === 1 ? end.cut() : end.exit(7)), 20);
    };
  };
  const connect = async (host: Remote, tmux: boolean): Promise<{ code: Promise<number>; out: PassThrough }> => {
    const out = new PassThrough();
    const tty = { columns: 80, rows: 24, onResize: () => () => undefined };
    const io = { stdin: new PassThrough(), stdout: out, stderr: new PassThrough(), tty };
    const code = host.connect({ selector: { names: ["a"] }, settings, tmux }, io);
    await Promise.resolve();
    return { code, out };
  };

  test("reconnects to the shell in tmux", async () => {
    const host = remote(breaking());
    const { code, out } = await connect(host, true);
    expect(await code).toBe(7);
    // Before it reconnects, modes that the lost program had set in the terminal are reset.
    expect((out.read() as Buffer).toString()).toMatch(/^hello 1\n.*\?1049l.*hello 2\n$/s);
    expect(connections).toHaveLength(2);
    expect(events.map(({ detail }) => detail).join()).toMatch(/connection to box broke/);
    host.close();
  });

  test("ends with a plain shell", async () => {
    const host = remote(breaking());
    const { code } = await connect(host, false);
    expect(await failure(code)).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(connections).toHaveLength(1);
    host.close();
  });
});

test("two concurrent jobs each continue at the right event after a break", async () => {
  const calls: { name: string; seen: number }[] = [];
  let begun = 0;
  let times = 0;
  const host = remote((end) => {
    times += 1;
    const first = times === 1;
    speaking(({ m, a }, say) => {
      if (m !== "job") return undefined;
      const [options] = a as [
        { subject: [{ names: [string] }, boolean]; seen: number; ticket: number; args?: unknown },
      ];
      const [name] = options.subject[0].names;
      calls.push({ name, seen: options.seen });
      if (!first) return { value: [{ name, ok: true, exitCode: 0, notes: [] }] };
      if (options.args === undefined) return { missing: true };
      // No job answers: after three events of a and one of b the connection breaks.
      const event = { session: name, step: "start", state: "note", detail: "x" };
      for (let n = 0; n < (name === "a" ? 3 : 1); n++) say({ t: "q", m: "report", a: [event, options.ticket] });
      begun += 1;
      if (begun === 2) setImmediate(() => end.cut());
      return undefined;
    })(end);
  });
  const start = (name: string) => host.start({ names: [name] }, { settings });
  await expect(Promise.all([start("a"), start("b")])).resolves.toMatchObject([[{ name: "a" }], [{ name: "b" }]]);
  const again = calls.slice(-2).toSorted((one, other) => one.name.localeCompare(other.name));
  expect(again).toEqual([
    { name: "a", seen: 3 },
    { name: "b", seen: 1 },
  ]);
  host.close();
});
