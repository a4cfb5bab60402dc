import { describe, expect, test } from "vitest";
import { createClassifier } from "../../../../src/merging/classes/classifier.ts";
import type { Classification } from "../../../../src/merging/classes/types.ts";
import { changedFile } from "../../../support/merging/changed-file.ts";
import { samples, type Method, type Sample, type User } from "../../../support/merging/language-samples.ts";

const classifier = createClassifier();

interface Side {
  method?: Method;
  user?: User;
}

async function judge({ library, user }: Sample, before: Side, ours: Side, theirs: Side): Promise<Classification> {
  const methods = [before, ours, theirs].map((side) => library.text({ ...before.method, ...side.method }));
  const users = [before, ours, theirs].map((side) => user.text({ ...before.user, ...side.user }));
  return await classifier.classify([
    changedFile(library.path, methods as [string, string, string]),
    changedFile(user.path, users as [string, string, string]),
  ]);
}

/** What the names say, without the paths. */
const short = ({ class: found, signs }: Classification): unknown => [
  found,
  ...signs.map(({ signal, certain, name, usedIn }) => [signal, certain, name, usedIn?.key]),
];

describe.each(Object.entries(samples))("%s", (language, sample) => {
  const original = /fetch_?order/i.exec(sample.library.text({}))?.[0] ?? "";
  const key = sample.key(original);
  const usedIn = sample.userKey;

  test("the file has the method and nothing that is not there", async () => {
    const { signs, unjudged, note } = await judge(
      sample,
      {},
      { method: { name: "other" } },
      { method: { name: "third" } },
    );
    expect({ unjudged, note }).toEqual({ unjudged: [], note: undefined });
    // Both removed it: nothing is left that they disagree on.
    expect(signs).toEqual([]);
  });

  test("one renames it, the other uses it: certain", async () => {
    const found = await judge(sample, {}, { method: { name: "other" } }, { user: { calls: true } });
    expect(short(found)).toEqual(["semantic", ["R2", true, key, usedIn]]);
  });

  test("the sides can be the other way round", async () => {
    const found = await judge(sample, {}, { user: { calls: true } }, { method: { name: "other" } });
    expect(short(found)).toEqual(["semantic", ["R2", true, key, usedIn]]);
    expect(found.signs[0]).toMatchObject({
      changedBy: "theirs",
      path: sample.library.path,
      usedIn: { path: sample.user.path },
    });
  });

  test("one changes its signature, the other uses it: certain", async () => {
    const found = await judge(sample, {}, { method: { longer: true } }, { user: { calls: true } });
    expect(short(found)).toEqual(["semantic", ["R2", true, key, usedIn]]);
  });

  test("one changes comments and white space, the other uses it: nothing", async () => {
    const found = await judge(sample, {}, { method: { otherComment: true } }, { user: { calls: true } });
    expect(short(found)).toEqual(["none"]);
  });

  test("one changes its body, the other uses it: possible", async () => {
    const found = await judge(sample, {}, { method: { otherBody: true } }, { user: { calls: true } });
    expect(short(found)).toEqual(["semantic", ["R3", false, key, usedIn]]);
  });

  test("one changes its body, the other a function that used it before: possible", async () => {
    const before = { user: { calls: true } };
    const found = await judge(sample, before, { method: { otherBody: true } }, { user: { more: true } });
    expect(short(found)).toEqual(["semantic", ["R5", false, key, usedIn]]);
  });

  test("one changes its signature, the other renames it: structural", async () => {
    const found = await judge(sample, {}, { method: { longer: true } }, { method: { name: "other" } });
    expect(short(found)).toEqual(["structural", ["R1", true, key, undefined]]);
  });

  test("both change its body, differently: structural", async () => {
    const found = await judge(
      sample,
      {},
      { method: { otherBody: true } },
      { method: { otherBody: true, longer: true } },
    );
    expect(short(found)).toEqual(["structural", ["R1", true, key, undefined]]);
  });

  test("both make the same change: nothing", async () => {
    const found = await judge(sample, {}, { method: { longer: true } }, { method: { longer: true } });
    expect(short(found)).toEqual(["none"]);
  });

  test("both add a method of the same name, differently: structural", async () => {
    const found = await judge(sample, {}, { method: { added: "0" } }, { method: { added: "1" } });
    expect(short(found)).toEqual(["structural", ["R4", true, expect.stringMatching(/drop_?order$/i), undefined]]);
  });

  test("changes that have no name in common: nothing", async () => {
    const found = await judge(sample, {}, { method: { otherBody: true } }, { user: { more: true } });
    expect(short(found)).toEqual(["none"]);
    expect(found.sameFile, language).toEqual([]);
  });
});
