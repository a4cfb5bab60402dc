import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { readConfOf, runCommandLine as run, type CommandResult } from "../../support/home/run-command-line.ts";

describe("clean", () => {
  const cleaned = { name: "a", ok: true, exitCode: 0, notes: [], unsaved: ["1 stash"], removed: ["clone /x"] };
  const unsaved = new CoworkError("WORK_UNSAVED", "b holds work that is nowhere else.", {
    hint: "cowork pull b",
  }).toView();
  const refused = {
    name: "b",
    ok: false,
    error: unsaved,
    exitCode: 3,
    notes: [],
    unsaved: ["2 commits on b"],
    removed: [],
  };

  test("reports what would be lost and how to save it; removed names leave .cowork.conf", async () => {
    const result = await run("clean a b", {
      conf: "SESSIONS=a b\n",
      answers: { clean: async () => [cleaned, refused] },
    });
    expect(result.code).toBe(3);
    expect(result.calls[0]?.[2]).toMatchObject({
      force: false,
      dryRun: false,
      purge: false,
    });
    expect(result.stdout).toBe("✔ a  removed\n  lost: 1 stash\n");
    expect(result.stderr).toContain(
      "b: b holds work that is nowhere else.\n  - 2 commits on b\n  Next: cowork pull b\n",
    );
    expect(await readConfOf(result.root)).toBe("SESSIONS=b\n");
  });

  test("without names and without a terminal removes nothing", async () => {
    const clean = async (): Promise<never> => Promise.reject(new Error("asked for"));
    for (const [line, next] of [
      ["clean", "  Or:   cowork clean --all\n"],
      ["clean --force", "  Then: cowork clean --all --force\n"],
    ] as const) {
      const result = await run(line, { answers: { clean } });
      expect([result.code, result.calls]).toEqual([2, []]);
      expect(result.stderr).toContain(next);
    }
  });

  test("--force never asks on a terminal: --all deletes everything, and without it names are needed", async () => {
    const setting = { columns: 80, conf: "SESSIONS=a\n", answers: { clean: async () => [cleaned] } };
    const all = await run("clean --all --force --no-color", {
      ...setting,
      answers: { ...setting.answers, list: async () => [sessionView()] },
    });
    expect(all.calls.filter(([name]) => name === "clean").map(([, , options]) => options)).toMatchObject([
      { force: true, dryRun: false },
    ]);
    expect(all.stderr).not.toContain("?");
    expect(all.stdout).toContain("✔ a  removed\n");
    const none = await run("clean --force", setting);
    expect([none.code, none.calls]).toEqual([2, []]);
  });

  test("without names lists what would be removed and kept, asks, and removes what was listed", async () => {
    const dry = { ...cleaned, going: ["volume data"] };
    const ask = async (env: Record<string, string>, type?: string): Promise<CommandResult> =>
      await run("clean", {
        env,
        conf: "SESSIONS=a b\n",
        answers: { clean: async (_, { dryRun }) => (dryRun ? [dry, refused] : [dry]) },
        ...(type === undefined ? {} : { columns: 80, input: type }),
      });
    const yes = await ask({ COWORK_YES: "true" });
    expect(yes.calls.map(([, selector, options]) => [selector, options])).toMatchObject([
      [{}, { dryRun: true }],
      [{ names: ["a"] }, { dryRun: false }],
    ]);
    expect(yes.code).toBe(3);
    expect(yes.stderr).toContain(
      "  a  would be removed\n  - would be lost: 1 stash\n  - would also be removed: volume data\n",
    );
    expect(yes.stderr).toContain("  b  is kept: b holds work that is nowhere else.\n  - 2 commits on b\n");
    expect(yes.stdout).toContain("✔ a  removed\n");
    const no = await ask({}, "n");
    expect([no.code, no.calls.length]).toEqual([1, 1]);
    expect(no.stderr).toContain("Nothing was removed.");
    expect(await readConfOf(no.root)).toBe("SESSIONS=a b\n");
  });

  test("--dry-run does not change .cowork.conf and returns the exit code of the real run", async () => {
    const result = await run("clean --dry-run --force", {
      conf: "SESSIONS=a b\n",
      answers: { clean: async () => [cleaned] },
    });
    expect(result.calls[0]?.[2]).toMatchObject({ force: true, dryRun: true });
    expect(result.stdout).toBe("✔ a  would be removed\n  would be lost: 1 stash\n");
    expect(await readConfOf(result.root)).toBe("SESSIONS=a b\n");
  });

  test("--all checks each session against its own project, or against none if it no longer exists", async () => {
    const gone = sessionView({ name: "z", project: "old", projectRoot: "/nowhere/old" });
    const answers = { list: async () => [gone], clean: async () => [refused] };
    const result = await run("clean --all", { answers, outside: true });
    expect(result.calls.map(([name]) => name)).toEqual(["list", "clean"]);
    expect(result.calls[1]?.[1]).toMatchObject({ project: { name: "old", root: "/nowhere/old" }, names: ["z"] });
    expect(result.calls[1]?.[2]).not.toHaveProperty("source");
  });

  test("--images alone removes only images, with names also those sessions", async () => {
    const answers = { clean: async () => [cleaned], cleanImages: async () => ["cowork-app:5f"] };
    const only = await run("clean --images --json", { answers });
    expect(only.calls).toEqual([["cleanImages", { dryRun: false }]]);
    expect(JSON.parse(only.stdout)).toEqual({ sessions: [], images: ["cowork-app:5f"] });
    const result = await run("clean a --images --json", { answers });
    expect(JSON.parse(result.stdout)).toEqual({
      sessions: [{ name: "a", host: "local", unsaved: ["1 stash"], removed: ["clone /x"] }],
      images: ["cowork-app:5f"],
    });
  });
});
