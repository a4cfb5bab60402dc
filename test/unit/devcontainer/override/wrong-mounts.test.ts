import { describe, expect, it } from "vitest";
import { placeInTable, readMountTable } from "../../../../src/devcontainer/override/mount-table.ts";
import { wrongMount, type PlannedMounts, type RealMounts } from "../../../../src/devcontainer/override/wrong-mounts.ts";
import type { MountInfo } from "../../../../src/engine/types.ts";

const bind = (source: string, destination: string, writable = true): MountInfo => ({
  type: "bind",
  source,
  destination,
  writable,
});
const volume = (destination: string): MountInfo => ({
  type: "volume",
  name: "v",
  source: "/var/lib/docker/volumes/v/_data",
  destination,
  writable: true,
});

const planned: PlannedMounts = {
  clone: "/h/sessions/app-a",
  beside: "/h/state/app-a/beside",
  cloneBinds: ["", "sub", "../data"],
  ours: [
    { source: "/h/lib/container/1", target: "/opt/cowork", readOnly: true },
    { source: "/h/auth/claude", target: "/cowork/auth/claude" },
  ],
  isAgreed: false,
};
const ours = [bind("/h/lib/container/1", "/opt/cowork", false), bind("/h/auth/claude", "/cowork/auth/claude")];
const usual = [...ours, bind("/h/sessions/app-a", "/workspaces/app-a"), volume("/data")];

const judge = (mounts: MountInfo[], more: Partial<PlannedMounts> = {}, real: Partial<RealMounts> = {}, isMain = true) =>
  wrongMount({ ...planned, ...more }, { mounts, ...real }, isMain);

describe("the engine's report", () => {
  it("is as planned", () => {
    expect(judge(usual)).toBeUndefined();
    expect(
      judge([...usual, bind("/h/sessions/app-a/sub", "/sub"), bind("/h/state/app-a/beside/1/data", "/d")]),
    ).toBeUndefined();
  });

  it.each<[string, MountInfo[]]>([
    ["one of ours is missing", usual.slice(1)],
    ["one of ours is writable", [bind("/h/lib/container/1", "/opt/cowork"), ...usual.slice(1)]],
    ["one of ours is something else", [bind("/h/sessions/app-a/sub", "/opt/cowork", false), ...usual.slice(1)]],
    ["one of ours is a volume", [volume("/opt/cowork"), ...usual.slice(1)]],
    ["something is mounted over ours", [...usual, volume("/opt/cowork/bin")]],
    ["something is mounted where ours would be", [...usual, volume("/etc/claude-code")]],
    ["a folder of the host", [...usual, bind("/etc", "/host")]],
    ["the engine's socket", [...usual, bind("/var/run/docker.sock", "/x")]],
    ["another session", [...usual, bind("/h/sessions/app-b", "/b")]],
    ["a longer name", [...usual, bind("/h/sessions/app-ab", "/b")]],
    ["a path of the clone that was not named", [...usual, bind("/h/sessions/app-a/other", "/b")]],
  ])("%s: wrong", (_, mounts) => {
    expect(judge(mounts)).toBeTypeOf("string");
  });

  it("may have more of the host if the user agreed to that, but never over cowork's own", () => {
    expect(judge([...usual, bind("/etc", "/host")], { isAgreed: true })).toBeUndefined();
    expect(judge([...usual, bind("/etc", "/opt/cowork/bin")], { isAgreed: true })).toBeTypeOf("string");
  });

  it("another service than the dev container has none of cowork's mounts", () => {
    expect(judge([bind("/h/sessions/app-a", "/w"), volume("/cowork")], {}, {}, false)).toBeUndefined();
    expect(judge([bind("/root", "/w")], {}, {}, false)).toBeTypeOf("string");
  });
});

describe("the kernel's report", () => {
  const line = (root: string, target: string, device = "254:0"): string =>
    `126 109 ${device} ${root} ${target} rw,relatime - ext4 /dev/vda rw`;
  const own = [line("/h/lib/container/1", "/opt/cowork"), line("/h/auth/claude", "/cowork/auth/claude")];
  const places = [
    { device: "254:0", root: "/h/sessions/app-a" },
    { device: "254:0", root: "/h/state/app-a/beside" },
  ];
  const withTable = (lines: string[], mounts = usual): string | undefined =>
    judge(mounts, {}, { table: readMountTable(lines.join("\n")), places });

  it("is as planned", () => {
    expect(withTable([...own, line("/h/sessions/app-a", "/workspaces/app-a")])).toBeUndefined();
  });

  it("a link in the image redirected a mount over ours", () => {
    expect(withTable([...own, line("/h/sessions/app-a/p", "/opt/cowork/bin")])).toMatch("/opt/cowork/bin");
    expect(withTable([...own, line("/h/sessions/app-a/p", "/opt/cowork")])).toMatch("/opt/cowork");
  });

  it("a link in the image redirected ours", () => {
    expect(withTable([own[0]!, line("/h/auth/claude", "/home/auth")])).toMatch("/cowork/auth/claude");
  });

  it("a path in the clone had become a link", () => {
    const mounts = [...usual, bind("/h/sessions/app-a/sub", "/sub")];
    const lines = [...own, line("/h/sessions/app-a", "/workspaces/app-a")];
    expect(withTable([...lines, line("/h/sessions/app-a/sub", "/sub")], mounts)).toBeUndefined();
    // renamed since
    expect(withTable([...lines, line("/h/sessions/app-a/.old//deleted", "/sub")], mounts)).toBeUndefined();
    for (const root of ["/etc", "/", "/h/sessions/app-ab", "/h/sessions"])
      expect(withTable([...lines, line(root, "/sub")], mounts)).toMatch(`led to ${root}`);
    expect(withTable([...lines, line("/h/sessions/app-a/sub", "/sub", "0:21")], mounts)).toBeTypeOf("string");
  });
});

it("a path belongs to the nearest mount, and to the later of two", () => {
  const table = readMountTable(
    [
      "22 1 254:0 / / rw - ext4 /dev/vda rw",
      "23 22 254:1 /old /home rw - ext4 /dev/vdb rw",
      "24 22 254:2 /vol\\040ume /home rw - btrfs /dev/vdc rw",
      "25 22 0:9 / /homes rw - tmpfs tmpfs rw",
      "",
    ].join("\n"),
  );
  expect(placeInTable(table, "/home/x/y")).toEqual({ device: "254:2", root: "/vol ume/x/y" });
  expect(placeInTable(table, "/home")).toEqual({ device: "254:2", root: "/vol ume" });
  expect(placeInTable(table, "/srv")).toEqual({ device: "254:0", root: "/srv" });
  expect(placeInTable(table, "/homes/x")).toEqual({ device: "0:9", root: "/x" });
  expect(placeInTable([], "/x")).toBeUndefined();
});
