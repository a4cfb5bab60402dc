import { expect, test } from "vitest";
import { cleanOrigin } from "../../../src/system/remote-url.ts";

test.each([
  ["https://host.example/a/b.git", "https://host.example/a/b.git", false],
  ["https://user:secret@host.example:8443/a.git", "https://host.example:8443/a.git", true],
  ["https://secret@host.example/a.git", "https://host.example/a.git", true],
  ["HTTPS://user:se@cret@host.example/a", "HTTPS://host.example/a", true],
  ["https://host.example/@scope/a.git", "https://host.example/@scope/a.git", false],
  ["https://user:se/cret@host.example/a.git", "https://host.example/a.git", true],
  ["https://host.example/a.git?private_token=secret", "https://host.example/a.git", true],
  ["https://[::1]:8080/a.git", "https://[::1]:8080/a.git", false],
  ["https://user:secret@[::1]/a.git", "https://[::1]/a.git", true],
  ["http://:secret@host.example/a", "http://host.example/a", true],
  ["ssh://git@host.example:22/a.git", "ssh://git@host.example:22/a.git", false],
  ["ssh://git:secret@host.example/a.git", "ssh://git@host.example/a.git", true],
  ["git+ssh://git@host.example/a", "git+ssh://git@host.example/a", false],
  ["git@host.example:a/b.git", "git@host.example:a/b.git", false],
  ["host:a", "host:a", false],
  ["[host.example:22]:a.git", "[host.example:22]:a.git", false],
  ["git://host.example/a", "git://host.example/a", false],
  ["codecommit::eu-west-1://repo", "codecommit::eu-west-1://repo", false],
  ["hg::https://user:secret@host.example/a", "hg::https://host.example/a", true],
])("%s", (url, expected, hadCredentials) => {
  const origin = cleanOrigin(url);
  expect(origin).toEqual({ url: expected, hadCredentials, isLocal: false });
  expect(origin.url).not.toContain("secret");
});

test.each([
  "/srv/git/a.git",
  "../a.git",
  "./a:b",
  "a",
  "file:///srv/git/a.git",
  "FILE:///srv/a",
  "ext::sh -c touch% /tmp/canary",
  "fd::3",
  "",
  "https://host.example/a\nb",
  "https://host.example/\u001b[31m",
])("%j is not on another machine", (url) => {
  expect(cleanOrigin(url).url).toBeUndefined();
});
