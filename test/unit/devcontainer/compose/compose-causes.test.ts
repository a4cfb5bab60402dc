import { expect, test } from "vitest";
import { composeReason, startReason } from "../../../../src/devcontainer/compose/compose-causes.ts";

const invalid = [
  "The Compose file './c.yml' is invalid because:",
  "Unsupported config option for services.app: 'foo'",
  "services.app.ports contains an invalid type, it should be an array",
];
const newer = [
  "ERROR: The Compose file './c.yml' is invalid because:",
  "'name' does not match any of the regexes: '^x-'",
  "",
  "You might be seeing this error because you're using the wrong Compose file version. Either specify a supported version",
  "For more on the Compose file format versions, see https://docs.docker.com/compose/compose-file/",
];

test.each<[string, string[], string]>([
  ["below a heading", ["WARNING: x", `ERROR: ${invalid[0]}`, ...invalid.slice(1)], `${invalid[1]}; ${invalid[2]}`],
  ["with what it needs", newer, "'name' does not match any of the regexes: '^x-' (it needs Docker Compose v2)"],
  [
    "on the heading's line, of v2",
    ["validating /x: services.app additional properties 'foo' not allowed"],
    "validating /x: services.app additional properties 'foo' not allowed",
  ],
  [
    "after warnings of v2",
    ['time="2026" level=warning msg="x"', 'service "a" depends on undefined service b: invalid compose project'],
    'service "a" depends on undefined service b: invalid compose project',
  ],
  [
    "behind ERROR",
    ["ERROR: Service 'app' depends on service 'zz' which is undefined."],
    "Service 'app' depends on service 'zz' which is undefined.",
  ],
])("the reason is found %s", (_, lines, why) => {
  expect(composeReason(lines)?.why).toBe(why);
});

test("a file that needs v2 is reported with a hint to install it, and no output has no reason", () => {
  expect(composeReason(newer)?.hint).toContain("install Docker Compose v2");
  expect(composeReason(["", "WARNING: x"])).toBeUndefined();
});

test.each<[string[], string | undefined]>([
  [
    [
      "Creating app_1 ... error",
      "ERROR: for app  Cannot start service app: no such file or directory",
      "ERROR: Encountered errors while bringing up the project.",
    ],
    "Cannot start service app: no such file or directory",
  ],
  [
    ["Container x  Starting", "dependency failed to start: container x is unhealthy"],
    "dependency failed to start: container x is unhealthy",
  ],
  [["Error response from daemon: port is taken"], "port is taken"],
  [["Creating app_1 ... done"], undefined],
])("why a service did not start is found in Compose's output", (lines, why) => {
  expect(startReason(lines)).toBe(why);
});
