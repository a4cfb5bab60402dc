import { expect, test } from "vitest";
import { getAgent } from "../../../src/agent/catalog.ts";
import { throughRegistry } from "../../../src/agent/npm/download.ts";
import type { NpmOptions } from "../../../src/agent/npm/config.ts";
import { chooseVersion, compareVersions, variantFor } from "../../../src/agent/versions.ts";
import { resolveSettings } from "../../../src/config/resolve.ts";

const claude = getAgent("claude");
const settings = (claudeVersion?: string) => ({
  ...resolveSettings({ flags: {}, env: {}, cpus: 2 }).settings,
  claudeVersion,
});

test("the version from the settings is used, otherwise the pinned one", () => {
  expect(chooseVersion(claude, settings())).toBe(claude.install.pinned);
  expect(chooseVersion(claude, settings("2.1.200"))).toBe("2.1.200");
});

test.each(["2.1.159", "2.1.9", "1.9.999", "2.1.160-beta.1"])(
  "%s is too old to store the login in a separate folder",
  (version) => {
    expect(() => chooseVersion(claude, settings(version))).toThrow(
      expect.objectContaining({ code: "CONFIG_VALUE_INVALID" }),
    );
  },
);

test.each(["latest", "../../x", "2.1", "2.1.300/..", "^2.1.300", " 2.1.300", ""])("%j is not a version", (version) => {
  expect(() => chooseVersion(claude, settings(version))).toThrow(/is not a version/);
});

test("versions are ordered by number, and one with a suffix before the one without", () => {
  const versions = ["2.1.329", "2.1.30", "2.2.0", "2.2.0-rc.1", "10.0.0"];
  expect(versions.toSorted(compareVersions)).toEqual(["2.1.30", "2.1.329", "2.2.0-rc.1", "2.2.0", "10.0.0"]);
});

test("the engine's processor selects the variant", () => {
  expect(variantFor({ os: "linux", arch: "arm64" })).toBe("linux-arm64");
  expect(variantFor({ os: "linux", arch: "x64" }, true)).toBe("linux-x64-musl");
  expect(variantFor({ os: "windows", arch: "x64" })).toBeUndefined();
});

test("tarballs are requested from a mirror whose documents name the public registry, as npm does", () => {
  const npm = (replaceRegistryHost: string): NpmOptions => ({
    registry: "http://mirror.example:8080/npm/",
    defaultRegistryHost: "public.example",
    replaceRegistryHost,
  });
  const tarball = "https://public.example/p/-/p-1.0.0.tgz";
  expect(throughRegistry(tarball, npm("npmjs"))).toBe("http://mirror.example:8080/p/-/p-1.0.0.tgz");
  expect(throughRegistry(tarball, npm("never"))).toBe(tarball);
  expect(throughRegistry("https://other.example/p.tgz", npm("npmjs"))).toBe("https://other.example/p.tgz");
  expect(throughRegistry("https://other.example/p.tgz", npm("always"))).toBe("http://mirror.example:8080/p.tgz");
});
