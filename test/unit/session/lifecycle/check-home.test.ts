import { expect, test } from "vitest";
import { checkHome } from "../../../../src/session/lifecycle/check-home.ts";

test("a character that separates the parts of mounts or labels is refused where these are used", () => {
  expect(() => checkHome("/a=b")).toThrow('must not contain "="');
  expect(() => checkHome("/a:b", "compose")).toThrow(
    'must not contain ":" when Docker Compose creates the dev container',
  );
  for (const kind of ["image", "dockerfile", "template"] as const) expect(() => checkHome("/a:b", kind)).not.toThrow();
  expect(() => checkHome("/a b", "compose")).not.toThrow();
});
