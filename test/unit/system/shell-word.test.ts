import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/system/shell-word.ts";

test("a shell reads every word back unchanged, quoted or not", () => {
  const plain = fc.stringMatching(/^[A-Za-z0-9_./:=@+%,~*$!#-]{0,12}$/);
  const any = fc.string({ unit: "grapheme-composite" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(fc.oneof(plain, any), { minLength: 1, maxLength: 60 }), (words) => {
      const script = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
      const read = execFileSync("/bin/sh", ["-c", script]).toString("utf8").split("\0").slice(0, -1);
      expect(read).toEqual(words);
    }),
    { numRuns: 40 },
  );
});
