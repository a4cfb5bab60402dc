import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isTrusted, rememberTrust } from "../../../../src/project/trust-store.ts";
import { type Asked, type OtherEnd, speaking } from "../../../support/remote/fake-connection.ts";
import { control, evil, useHostileHost } from "../../../support/remote/hostile-host.ts";

// A compromised host: whatever it asks for or reports, this machine must stay safe.

const fixture = useHostileHost();

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
    const host = fixture.remote(asking(m, ...a));
    const [text] = await host.cleanImages({ dryRun: true });
    host.close();
    return JSON.parse(text ?? "") as { r: unknown; e?: string };
  };
  const saved = async (...args: unknown[]): Promise<unknown> => (await answerTo("saved", ...args)).r;
  const own = (): object => ({ name: "app", root: fixture.root, rootCommit: fixture.project.facts.rootCommit });

  test.each(["constructor", "__proto__", "exec", "connect", "call", "storeTake", "process", "toString"])(
    "for a function that is not offered gets an error: %s",
    async (name) => expect(await answerTo(name, "x")).toMatchObject({ r: null, e: "INTERNAL" }),
  );

  test("about the fixture.project gets answers by content", async () => {
    expect(await saved(own(), [], "isKnown")).toBe(true);
    expect(await saved(own(), [], "tips")).toEqual([fixture.project.facts.rootCommit]);
    const hello = "ce013625030ba8dba906f756967f9e9ca394464a";
    expect(await saved(own(), [], "sameFile", "readme", { mode: "100644", oid: hello })).toBe(true);
  });

  test.each<[string, (self: object) => unknown[]]>([
    ["another fixture.project by name", (self) => [{ ...self, name: "other" }, [], "tips"]],
    ["another fixture.project by its first commit", (self) => [{ ...self, rootCommit: "0".repeat(40) }, [], "isKnown"]],
    ["an invalid project", () => ["app", [], "tips"]],
    ["a function that does not exist", (self) => [self, [], "constructor"]],
    ["a prototype's function", (self) => [self, [], "__proto__", "x"]],
    ["a module outside", (self) => [self, [["../../other/.git", "x"]], "tips"]],
    ["a module at a place outside", (self) => [self, [["x", "../.."]], "tips"]],
    ["a chain of no modules", (self) => [self, [["x"], 1], "hasTree", 7]],
  ])("about %s gets no answer", async (_, args) => {
    await fixture.shop.project("other");
    const answer = await saved(...args(own()));
    expect([null, false], JSON.stringify(answer)).toContain(answer === undefined ? null : answer);
  });

  test.each(["../secret", "../../etc/passwd", "/etc/passwd", "./readme", "a/../readme", "", "readme/"])(
    "about a file's content gets false outside of the project: %s",
    async (path) => {
      // the blob id of `../secret`
      const oid = await fixture.shop.git(fixture.shop.root, "hash-object", join(fixture.shop.root, "secret"));
      const passwd = await fixture.shop.git(fixture.shop.root, "hash-object", "/etc/passwd");
      for (const id of [oid, passwd, "ce013625030ba8dba906f756967f9e9ca394464a"])
        expect(await saved(own(), [], "sameFile", path, { mode: "100644", oid: id })).toBe(false);
    },
  );

  test("with options instead of commits runs nothing", async () => {
    await saved(own(), [], "reachable", [`--output=${join(fixture.shop.root, "pwned")}`, "--all", "\n--all"]);
    await saved(own(), [], "hasTree", `--output=${join(fixture.shop.root, "pwned")}`);
    await saved(own(), [], "hasLfs", "../../../../secret");
    expect(await readdir(fixture.shop.root)).not.toContain("pwned");
  });

  test("the user is named in the question; trust counts for that host only", async () => {
    const hash = "f".repeat(64);
    const trust = {
      kind: "trust",
      project: `app${evil}`,
      projectRoot: fixture.root,
      hash,
      findings: [{ where: evil, what: evil, why: evil }],
    };
    expect(await answerTo("ask", trust)).toMatchObject({ r: true });
    const [question] = fixture.questions;
    expect(question).toMatchObject({
      kind: "trust",
      projectRoot: fixture.root,
      hash: `box ${hash}`,
      project: expect.stringMatching(/ on box$/) as string,
    });
    expect(JSON.stringify(question)).not.toMatch(/\\u00/);
    if (question?.kind === "trust") await rememberTrust(fixture.ctx, question.projectRoot, question.hash);
    expect(await isTrusted(fixture.ctx.paths, fixture.root, hash)).toBe(false);
    expect(await isTrusted(fixture.ctx.paths, fixture.root, `box ${hash}`)).toBe(true);

    await answerTo("ask", { kind: "confirm", text: `Give me your password${evil}`, detail: [evil] });
    expect(fixture.questions[1]).toMatchObject({ kind: "confirm", text: expect.stringMatching(/^box: /) as string });
    expect(JSON.stringify(fixture.questions[1])).not.toMatch(/\\u00/);
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
    expect(fixture.questions).toEqual([]);
  });

  test("on and on gets no after some time, and the user is asked one question at a time", async () => {
    let [now, most] = [0, 0];
    fixture.ctx.ask = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((done) => setTimeout(done, 1));
      now -= 1;
      return false;
    };
    let refused = 0;
    const host = fixture.remote(({ mark, stdout, onLine }) => {
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
  test("arbitrary data: only fixture.events are accepted, with sanitized texts, of a limited number of sessions", async () => {
    const host = fixture.remote(
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
    expect(fixture.events[0]).toMatchObject({ session: "a", step: "clone", state: "start" });
    for (const { session, detail } of fixture.events) expect(`${session}${detail}`).not.toMatch(control);
    expect(new Set(fixture.events.map(({ session }) => session)).size).toBeLessThanOrEqual(1000);
    host.close();
  });
});
