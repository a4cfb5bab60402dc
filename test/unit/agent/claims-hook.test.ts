import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { sessionPolicy } from "../../../src/agent/claude/policy.ts";
import { flatList } from "../../../src/merging/claims/flat-list.ts";
import { tree } from "../../support/git/tree.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

// The hook's script, on this machine's own shells.

let [root, session, events] = ["", "", ""];

beforeEach(async () => {
  const folder = await temporaryFolder();
  [root, session, events] = ["repo", "session", "events"].map((name) => join(folder, name)) as [string, string, string];
  for (const one of [root, session, events]) await mkdir(one);
  await execa("git", ["init", "-q", root]);
  await mkdir(join(root, "src"));
  // The workspace folder may be below the root of the repository.
  await symlink(join(root, "src"), join(session, "workspace"));
});

async function hook(
  when: "before" | "after",
  input: object,
  shell = "/bin/dash",
): Promise<Record<string, unknown> | undefined> {
  const script = join(tree, "templates/agent/bin/agent-claims");
  const { stdout, exitCode } = await execa(shell, [script, when, events, session], { input: JSON.stringify(input) });
  expect(exitCode).toBe(0);
  return stdout === "" ? undefined : (JSON.parse(stdout) as Record<string, unknown>);
}

const edit = (path: string, tool = "Edit"): object => ({
  tool_name: tool,
  tool_input: { old_string: '"file_path":"/elsewhere"', file_path: path },
});
const until = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const claim = (mode: "exclusive" | "shared" | "intent", glob: string, change: object = {}) => ({
  id: `i${glob}`,
  session: "b",
  sessionId: "app-b",
  mode,
  globs: [glob],
  why: 'the "new" \\ login',
  at: until(0),
  until: until(30),
  by: "person" as const,
  ...change,
});
const write = async (...claims: ReturnType<typeof claim>[]): Promise<void> =>
  await writeFile(
    join(session, "claims"),
    flatList({ claims, lapsed: { "app-a": [{ id: "l1", text: "Your claim has lapsed." }] } }, "app-a"),
  );
const denial = (found: Record<string, unknown> | undefined): unknown =>
  (found?.["hookSpecificOutput"] as Record<string, unknown> | undefined)?.["permissionDecisionReason"];
const told = (found: Record<string, unknown> | undefined): unknown =>
  (found?.["hookSpecificOutput"] as Record<string, unknown> | undefined)?.["additionalContext"];

describe("agent-claims before an edit", () => {
  it.each(["/bin/dash", "/bin/bash"])(
    "denies a claimed file, with holder, reason, end and another way, in %s",
    async (shell) => {
      await write(claim("exclusive", "src/auth/**"));
      const found = await hook("before", edit(join(root, "src/auth/x y.ts")), shell);
      expect(found).toMatchObject({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny" } });
      expect(denial(found)).toMatch(
        /^src\/auth\/x y\.ts is claimed by session b until \d\d:\d\d UTC: the 'new' ' login\. .*Work on something else first, or ask: cowork claims/,
      );
      for (const path of ["src/./auth/../auth/z.ts", "src//auth/new/deep.ts"])
        expect(denial(await hook("before", edit(`${root}/${path}`), shell))).toBeDefined();
    },
  );

  it("lets everything else pass: other files, other modes, its own claims, those that are over", async () => {
    await write(
      claim("exclusive", "src/auth/**", { until: until(-1) }),
      claim("exclusive", "own/**", { sessionId: "app-a" }),
      claim("shared", "docs/**"),
      claim("intent", "lib/**"),
      claim("exclusive", "x/**"),
    );
    for (const path of ["src/auth/a.ts", "own/a", "docs/a", "lib/a", "y/x/a", "../x/a"])
      expect(await hook("before", edit(`${root}/${path}`))).toBeUndefined();
    expect(await hook("before", edit("/x/a"))).toBeUndefined();
    expect(await hook("before", { tool_name: "Edit", tool_input: { content: '"file_path":"' } })).toBeUndefined();
  });

  it("with a thousand claims the right one is found; without a list, or with a broken one, all pass, and that is said once", async () => {
    const many = Array.from({ length: 999 }, (_, n) => claim("exclusive", `lib/m${n}/**`, { session: `s${n}` }));
    await write(...many, claim("exclusive", "src/*.ts"));
    expect(denial(await hook("before", edit(join(root, "src/a.ts"), "Write")))).toContain("session b");
    await writeFile(join(session, "claims"), "something else\nexclusive\n");
    const said = await hook("before", edit(join(root, "src/a.ts")));
    expect(said).toEqual({ systemMessage: expect.stringContaining("cannot be read") as string });
    expect(await hook("before", edit(join(root, "src/a.ts")))).toBeUndefined();
    await writeFile(join(session, "claims"), "");
    expect(await hook("before", edit(join(root, "src/a.ts")))).toBeUndefined();
  });
});

describe("agent-claims after a tool", () => {
  it("tells once about claimed files that a command changed, and about a claim that lapsed", async () => {
    await write(claim("exclusive", "src/auth/**"), claim("shared", "docs/**"));
    await mkdir(join(root, "src/auth"));
    await writeFile(join(root, "src/auth/new.ts"), "x");
    await writeFile(join(root, "free.ts"), "x");
    const bash = { tool_name: "Bash", tool_input: { command: "sed -i s/a/b/ src/auth/new.ts" } };
    const text = told(await hook("after", bash));
    expect(text).toContain("Your claim has lapsed.");
    expect(text).toMatch(/session b holds src\/auth\/\*\* for itself until .*; you have changed src\/auth\/new\.ts/);
    expect(text).not.toContain("free.ts");
    expect(await hook("after", bash)).toBeUndefined();
    expect(told(await hook("after", edit(join(root, "docs/a.md"), "Write")))).toContain("docs/** together with others");
    expect((await readdir(join(events, "claims-told"))).length).toBeGreaterThanOrEqual(3);
  });
});

it("the policy runs it before edits and after tools that change files", () => {
  const policy = JSON.parse(sessionPolicy({ allow: [], deny: [], ask: [], repository: "none" })) as {
    hooks: Record<string, { matcher?: string; hooks: { command: string; args: string[] }[] }[]>;
  };
  const ofClaims = (event: string) =>
    policy.hooks[event]?.flatMap(({ matcher, hooks }) =>
      hooks.filter(({ command }) => command === "/opt/cowork/bin/agent-claims").map(({ args }) => [matcher, ...args]),
    );
  expect(ofClaims("PreToolUse")).toEqual([["Edit|Write|MultiEdit|NotebookEdit", "before"]]);
  expect(ofClaims("PostToolUse")).toEqual([["Bash|Edit|Write|MultiEdit|NotebookEdit", "after"]]);
  expect(ofClaims("Stop")).toEqual([]);
});
