import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diffSession } from "../../../../src/clone/exchange/diff.ts";
import { visible } from "../../../../src/system/text.ts";
import { colourDiff } from "../../../../src/ui/exchange/diff.ts";
import { makeClone } from "../../../../src/clone/make/make.ts";
import type { CloneSpec } from "../../../../src/clone/types.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let spec: CloneSpec;

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
  spec = await shop.spec(project, "a");
  await makeClone(shop.context, spec);
});
afterEach(() => shop.end());

const diff = async (options: { stat?: boolean; paths?: string[] } = {}): Promise<string> =>
  (await diffSession(localInside(spec.path, shop.env), { start: spec.start.commit, ...options })).text;

describe("diffSession", () => {
  it("shows commits, changes and untracked files together, as a patch that applies", async () => {
    expect(await diff()).toBe("");
    await shop.sh(
      spec.path,
      "echo 1 >one; git add -A; git commit -qm one; echo 2 >>one; git add one; echo 3 >>one; echo u >u; rm readme; printf 'tab\\there  \\n' >t",
    );
    const text = await diff();
    expect(text.match(/^diff .*/gm)).toEqual([
      "diff --git a/one b/one",
      "diff --git a/readme b/readme",
      "diff --git a/t b/t",
      "diff --git a/u b/u",
    ]);
    await shop.sh(project, `git apply --index - <<'EOF'\n${text}EOF`);
    expect(await shop.sh(project, "cat one u t; ls")).toBe(await shop.sh(spec.path, "cat one u t; ls"));
    expect(await shop.git(spec.path, "status", "--porcelain")).toBe("MM one\n D readme\n?? t\n?? u");
  });

  it("returns sums, and diffs of single paths", async () => {
    await shop.sh(spec.path, "mkdir d; echo 1 >d/one; echo 2 >two");
    expect(await diff({ stat: true })).toContain("2 files changed, 2 insertions(+)");
    expect((await diff({ paths: ["d"] })).match(/^diff .*/gm)).toEqual(["diff --git a/d/one b/d/one"]);
    expect(await diff({ paths: ["--output=/tmp/x", "$(touch canary)", "'"] })).toBe("");
  });

  it("makes control characters visible and runs nothing that the clone configures", async () => {
    await shop.sh(
      spec.path,
      String.raw`printf 'a\033]0;title\007b\r\n' >evil; printf '\342\200\256right' >>evil; printf x >"$(printf 'n\033[31m')"
      echo '* diff=evil' >.gitattributes; git config diff.evil.command 'touch ${shop.root}/canary'; git config diff.evil.textconv 'touch ${shop.root}/canary; cat'; git config diff.external 'touch ${shop.root}/canary'; git config core.pager 'touch ${shop.root}/canary'; git config color.ui always`,
    );
    const text = await diff();
    expect(text).toContain("+a␛]0;title␇b␍\n");
    expect(text).toContain("<U+202E>right");
    expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
    expect(await shop.sh(shop.root, "ls")).not.toContain("canary");
  });

  it("reports that the start commit is gone", async () => {
    await expect(diffSession(localInside(spec.path, shop.env), { start: "1".repeat(40) })).rejects.toMatchObject({
      code: "GIT_FAILED",
    });
  });
});

describe("colourDiff", () => {
  it("colours headers and lines, and content that looks like headers as content", () => {
    const text = visible("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- old\n+++ new\n same\n");
    const plain = text.replaceAll("\u001b", "");
    expect(plain).toBe(text);
    const colours = colourDiff(text)
      .split("\n")
      .map((line) => /^.\[(\d+)m/u.exec(line)?.[1] ?? "");
    expect(colours).toEqual(["1", "1", "1", "36", "31", "32", "", ""]);
  });
});
