import { expect, test } from "vitest";
import { gitFailed } from "../../../../src/clone/git/host-git.ts";

const words = (stderr: string): string => {
  const { code, message, hint } = gitFailed("Reading", { code: 128, stderr });
  return `${code} ${message}${hint === undefined ? "" : ` [${hint}]`}`;
};

test("the cause is reported if git's last message is only a consequence", () => {
  expect(words("git-lfs filter-process: 1: git-lfs: not found\nfatal: the remote end hung up unexpectedly\n")).toMatch(
    /^GIT_FAILED Reading failed: git-lfs filter-process: 1: git-lfs: not found \(the remote end hung up unexpectedly\) \[install git-lfs/,
  );
  expect(
    words(
      "git-crypt: 1: git-crypt: not found\nerror: external filter 'git-crypt clean' failed 127\nfatal: a: clean filter 'x' failed",
    ),
  ).toContain("git-crypt: not found");
  expect(
    words("error: object 12: badDate: invalid\nfatal: fsck error in packed object\nerror: index-pack died"),
  ).toContain("badDate");
  expect(words("error: a cause\nfatal: index-pack failed")).toContain("error: a cause (index-pack failed)");
});

test("otherwise it is git's last message, without advice and control characters", () => {
  expect(words("warning: x\nfatal: bad \u001b[31mthing\nhint: do y")).toBe(
    "GIT_FAILED Reading failed: fatal: bad thing",
  );
  expect(words("fatal: early EOF")).toBe("GIT_FAILED Reading failed: fatal: early EOF");
  expect(words("")).toBe("GIT_FAILED Reading failed: it exited with code 128");
  expect(words("fatal: write error: No space left on device\nerror: index-pack died")).toMatch(/^DISK_FULL/);
});
