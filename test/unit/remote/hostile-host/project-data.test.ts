import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { speaking } from "../../../support/remote/fake-connection.ts";
import { jobAnswer, evil, failure, settings, useHostileHost } from "../../../support/remote/hostile-host.ts";

// A compromised host gets of the project what was offered, and its sessions' bytes arrive as they are.

const fixture = useHostileHost();

describe("the project's data", () => {
  const store = (over: object): Record<string, unknown> => ({
    storeLacks: { lacks: [], have: [], gitDir: "/x" },
    storeHas: 0,
    carriedTake: "/x",
    ...over,
  });

  test("is what was offered: a host that requests other commits gets none", async () => {
    await fixture.shop.sh(
      fixture.root,
      "git checkout -q -b private; echo s >s; git add s; git commit -qm private; git checkout -q main",
    );
    const blob = await fixture.shop.git(fixture.root, "rev-parse", "HEAD^{tree}");
    for (const lacks of [
      ["--all"],
      [blob],
      [`${fixture.project.facts.rootCommit}\ncreate refs/heads/x ${fixture.project.facts.rootCommit}`],
    ]) {
      let sent = 0;
      const host = fixture.remote(
        speaking(({ m }) => {
          if (m === "streamData") sent += 1;
          if (m === "job") return { missing: true };
          return store({ storeLacks: { lacks, have: [], gitDir: "/x" } })[m];
        }),
      );
      expect((await failure(host.init(await fixture.initRequest()))).code).toBe("HOST_ANSWER_INVALID");
      expect(sent).toBe(0);
      // No work was started on the host, so no session is recorded.
      expect(fixture.begunNames).toEqual([]);
      host.close();
    }
    expect(await readdir(join(fixture.root, ".git", "refs", "heads"))).toEqual(["main", "private"]);
  });

  test.each(["4", null, { a: 1 }])("is refused if the host reports an invalid number of bytes: %j", async (there) => {
    const lacks = [fixture.project.facts.rootCommit];
    const answers = store({ storeHas: there, storeLacks: { lacks, have: [], gitDir: "/x" } });
    const host = fixture.remote(speaking(({ m, a }) => (m === "job" ? jobAnswer(a[0], []) : answers[m])));
    expect((await failure(host.init(await fixture.initRequest()))).code).toBe("HOST_ANSWER_INVALID");
    host.close();
  });

  test.each([-5, 1e15, 1.5])("does not start at an offset outside of the file: %j", async (there) => {
    let started = false;
    const host = fixture.remote(
      speaking(({ m, a }) => {
        if (m === "streamEnd") started = true;
        const answers = store({
          storeHas: there,
          storeLacks: started
            ? { lacks: [], have: [], gitDir: "/x" }
            : { lacks: [fixture.project.facts.rootCommit], have: [], gitDir: "/x" },
        });
        if (m === "storeTake") return true;
        if (m === "job") return jobAnswer(a[0], [{ name: "a", ok: true, exitCode: 0, notes: [] }]);
        return answers[m];
      }),
    );
    // What is not taken is never said to have been: the work ends when the user says so.
    const work = host.init(await fixture.initRequest()).catch((error: unknown) => error);
    await expect.poll(() => started).toBe(true);
    host.close();
    await work;
  });
});

test("a session's bytes arrive unchanged, and streams without a number use no memory", async () => {
  const out = new PassThrough();
  const host = fixture.remote(
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
