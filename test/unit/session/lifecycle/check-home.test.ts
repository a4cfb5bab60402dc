import { expect, test } from "vitest";
import { checkHome } from "../../../../src/session/lifecycle/check-home.ts";

test("a character that separates fields of mounts or labels is refused where it would matter", () => {
  expect(() => checkHome("/a=b")).toThrow('must not contain "="');
  expect(() => checkHome("/a:b", "compose")).toThrow(
    'must not contain ":" where the dev container is made by Docker Compose',
  );
  for (const kind of ["image", "dockerfile", "template"] as const) expect(() => checkHome("/a:b", kind)).not.toThrow();
  expect(() => checkHome("/a b", "compose")).not.toThrow();
});
