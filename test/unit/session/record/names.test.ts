import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkSessionName,
  composeProjectName,
  nameKey,
  nameLike,
  projectName,
  sessionId,
  tmuxName,
} from "../../../../src/session/record/names.ts";
import { brokenRefRule } from "../../../../src/system/names.ts";

const exec = promisify(execFile);

/** The answer of real git. Outside of a repository, so that git resolves no names. */
async function gitTakes(branch: string): Promise<boolean> {
  return await exec("git", ["check-ref-format", "--branch", branch], {
    cwd: "/",
    env: { PATH: process.env["PATH"] },
  }).then(
    ({ stdout }) => stdout === `${branch}\n`,
    () => false,
  );
}

function accepts(name: string): boolean {
  try {
    checkSessionName(name);
    return true;
  } catch {
    return false;
  }
}

describe("checkSessionName", () => {
  const good = [
    "a",
    "A",
    "0",
    "a-b",
    "a.b",
    "a_b",
    "fix-1.2",
    "a".repeat(63),
    "a.lock.b",
    "HEAD1",
    "head",
    "lock",
    "a-",
  ];
  test.each(good)("accepts %s", async (name) => {
    expect(accepts(name)).toBe(true);
    expect(await gitTakes(name)).toBe(true);
  });

  const patterns = [
    "",
    "../x",
    "-rf",
    "a b",
    "ü",
    "a..b",
    "HEAD",
    "a".repeat(300),
    "a".repeat(64),
    "a.lock",
    "a.",
    ".a",
  ];
  const letters = [
    "_a",
    "a/b",
    "a:b",
    "a@h",
    "@",
    "a\n",
    "\na",
    "a\0",
    "a\u001b[0m",
    "a~1",
    "a^",
    "a*",
    "a?",
    "a[",
    "a\\b",
    "{{a}}",
    "$(a)",
  ];
  test.each([...patterns, ...letters, "a'", 'a"'])("refuses %j", (name) => {
    const refused = expect.objectContaining({
      code: "SESSION_NAME_INVALID",
      exitCode: 2,
      message: expect.stringMatching(/^[^\p{Cc}]{1,120}$/u) as string,
      hint: expect.any(String) as string,
    }) as Error;
    expect(() => checkSessionName(name)).toThrow(refused);
  });

  test("accepts only valid branch names, and all that git accepts of these characters", async () => {
    const unit = fc.constantFrom("a", "Z", "0", ".", ".", "_", "-", ".lock", "HEAD", "..");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, minLength: 1, maxLength: 8 }), async (name) => {
        const mayStart = /^[A-Za-z0-9]/.test(name) && name.length <= 63;
        expect(accepts(name)).toBe(mayStart && (await gitTakes(name)));
      }),
      { numRuns: 150 },
    );
  });
});

test("brokenRefRule agrees with git, for any text", async () => {
  const pieces = [
    "a",
    "B",
    "é",
    "日",
    "/",
    "//",
    ".",
    "..",
    ".lock",
    "@",
    "@{",
    "}",
    "-",
    "HEAD",
    " ",
    "~",
    "^",
    ":",
    "?",
    "*",
    "[",
    "\\",
  ];
  const unit = fc.constantFrom(...pieces, "\u007f", "\n", "\u001b", "'", '"', "$", "{{", "\u202e", "refs/heads/");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit, minLength: 1, maxLength: 6 }), async (name) => {
      // git would accept `@` here, and then read it as HEAD everywhere else.
      fc.pre(name !== "@");
      expect({ name, taken: brokenRefRule(name) === undefined }).toEqual({ name, taken: await gitTakes(name) });
    }),
    { numRuns: 400 },
  );
}, 60_000);

test("names that differ in case, or in . and _, are the same name", () => {
  expect(new Set(["a.b", "A.B", "a_b", "A_b"].map(nameKey)).size).toBe(1);
  expect(nameKey("a-b")).not.toBe(nameKey("a_b"));
});

test("a session whose name counts as the same has the same tmux name", () => {
  expect(sessionId("app", "a")).toBe("app-a");
  expect(tmuxName("app.x-a.b:c")).toBe("app_x-a_b_c");
});

describe("projectName", () => {
  test.each([
    ["app", "app"],
    ["My App", "my-app"],
    ["a.b_c-d", "a.b_c-d"],
    ["ü", "project"],
    ["", "project"],
    ["---", "project"],
    [".dotfiles", "dotfiles"],
    ["Grüße", "gr--e"],
    ["a\nb", "a-b"],
    ["-rf", "rf"],
    ["{{x}}", "x"],
    ["x".repeat(300), "x".repeat(63)],
  ])("%j is %s", (folder, name) => {
    expect(projectName(folder)).toBe(name);
  });

  test("is always a valid start of a session id", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (folder) => {
        expect(projectName(folder)).toMatch(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/);
      }),
    );
  });
});

test("Compose project names differ by home and id", () => {
  const name = composeProjectName("0123456789ab", "app-a");
  expect(name).toMatch(/^cowork-[0-9a-f]{12}$/);
  const others = [composeProjectName("0123456789ab", "app-b"), composeProjectName("0123456789ac", "app-a")];
  expect(new Set([name, ...others]).size).toBe(3);
  expect(composeProjectName("0123456789ab", "app-a")).toBe(name);
});

test.each([
  ["feature/x", "cowork init feature-x --branch feature/x"],
  ["a/b/c.d", "cowork init a-b-c.d --branch a/b/c.d"],
])("the refusal of %s suggests what works", (name, command) => {
  expect(() => checkSessionName(name)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining(command) as string }),
  );
  checkSessionName(nameLike(name) ?? "");
});

test.each(["..", "a..b/c", "x/", "/x", "-x/y", "ä/ö", "a b/c", "x/.lock", "../x"])(
  "no command is suggested for %s",
  (name) => {
    expect(() => checkSessionName(name)).toThrow(
      expect.objectContaining({ hint: expect.not.stringContaining("--branch -") as string }),
    );
    const other = nameLike(name);
    if (other !== undefined) checkSessionName(other);
  },
);
