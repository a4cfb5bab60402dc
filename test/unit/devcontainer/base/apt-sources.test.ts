import { describe, expect, test } from "vitest";
import { parseAptSources, parseOsRelease, planBases } from "../../../../src/devcontainer/base/apt-sources.ts";

const paragraphs = `
# comment
Types: deb deb-src
# URIs: http://old.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

const debian = { ID: "debian", VERSION_CODENAME: "bookworm" };
const ubuntu = { ID: "ubuntu", ID_LIKE: "debian", VERSION_CODENAME: "noble", UBUNTU_CODENAME: "noble" };

describe("apt's sources", () => {
  test("are read as paragraphs", () => {
    expect(parseAptSources(paragraphs)).toEqual([
      {
        uris: ["http://mirror.example/debian"],
        suites: ["bookworm", "bookworm-updates"],
        components: ["main", "contrib"],
      },
      { uris: ["http://mirror.example/security"], suites: ["bookworm-security"], components: ["main"] },
    ]);
  });

  test("are read as lines", () => {
    const text =
      "# deb http://off.example a main\ndeb [arch=amd64 signed-by=/k.gpg] https://mirror.example/ubuntu noble main universe\ndeb-src http://x noble main\n";
    expect(parseAptSources(text)).toEqual([
      { uris: ["https://mirror.example/ubuntu"], suites: ["noble"], components: ["main", "universe"] },
    ]);
  });
});

describe("a base image from the host's packages is planned", () => {
  test("on Debian: with the template's suite from the host's mirror, else with the host's suite and its updates", () => {
    expect(planBases(debian, parseAptSources(paragraphs), "trixie")).toEqual([
      { suite: "trixie", components: "main", mirror: "http://mirror.example/debian", sources: [] },
      {
        suite: "bookworm",
        components: "main",
        mirror: "http://mirror.example/debian",
        sources: [
          "deb http://mirror.example/debian bookworm-updates main",
          "deb http://mirror.example/security bookworm-security main",
        ],
      },
    ]);
  });

  test("on Ubuntu: with the host's suite", () => {
    const sources = parseAptSources("deb http://mirror.example/ubuntu noble main universe\n");
    expect(planBases(ubuntu, sources, "trixie")).toEqual([
      { suite: "noble", components: "main,universe", mirror: "http://mirror.example/ubuntu", sources: [] },
    ]);
  });

  test("on a derivative of Ubuntu: with Ubuntu's suite", () => {
    const sources = parseAptSources("deb http://mint.example zena main\ndeb http://mirror.example/ubuntu noble main\n");
    expect(
      planBases(
        { ID: "linuxmint", ID_LIKE: "ubuntu debian", VERSION_CODENAME: "zena", UBUNTU_CODENAME: "noble" },
        sources,
        "trixie",
      ),
    ).toMatchObject([{ suite: "noble", mirror: "http://mirror.example/ubuntu" }]);
  });

  test("on other systems, or without a mirror that a container can use: with debootstrap's default", () => {
    expect(planBases({ ID: "fedora" }, [], "trixie")).toEqual([
      { suite: "trixie", components: "main", mirror: undefined, sources: [] },
    ]);
    expect(planBases(debian, parseAptSources("deb file:/media/cdrom bookworm main\n"), "bookworm")).toMatchObject([
      { mirror: undefined },
    ]);
  });
});

test("os-release can have any quotes", () => {
  expect(parseOsRelease(`ID=debian\nNAME="Debian GNU/Linux"\nA='b'\n`)).toEqual({
    ID: "debian",
    NAME: "Debian GNU/Linux",
    A: "b",
  });
});
