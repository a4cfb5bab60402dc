// Reads the package sources of a Debian or Ubuntu host from the host's own configuration, so that no mirror is hard-coded here.

export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
}

/** What a base image is made from. */
export interface BasePlan {
  suite: string;
  components: string;
  /** undefined: the default of debootstrap */
  mirror: string | undefined;
  /** further lines for the image's sources.list: updates and security, where the host has them for this suite */
  sources: string[];
}

/**
 * Reads both formats of apt's sources: one line per source, and paragraphs of fields (deb822). Skips disabled entries and source
 * packages.
 */
export function parseAptSources(text: string): AptSource[] {
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  return /^\s*Types\s*:/im.test(text) ? parseParagraphs(lines) : lines.flatMap(parseLine);
}

function parseLine(line: string): AptSource[] {
  const [, uri, suite, rest = ""] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)(?:\s+(.*))?$/.exec(line) ?? [];
  return uri === undefined || suite === undefined ? [] : [{ uris: [uri], suites: [suite], components: words(rest) }];
}

function parseParagraphs(lines: readonly string[]): AptSource[] {
  const found: AptSource[] = [];
  for (const paragraph of lines.join("\n").split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    let last = "";
    for (const line of paragraph.split("\n")) {
      const [, name, value = ""] = /^([A-Za-z-]+)\s*:(.*)$/.exec(line) ?? [];
      if (name !== undefined) fields.set((last = name.toLowerCase()), value);
      else if (/^\s+\S/.test(line)) fields.set(last, `${fields.get(last) ?? ""} ${line}`);
    }
    if (!words(fields.get("types")).includes("deb") || /^\s*no\s*$/i.test(fields.get("enabled") ?? "")) continue;
    found.push({
      uris: words(fields.get("uris")),
      suites: words(fields.get("suites")),
      components: words(fields.get("components")),
    });
  }
  return found;
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "" && !word.startsWith("#"));
}

/**
 * Plans the base images that a host can make, the best first.
 * @param release fields of /etc/os-release
 * @param current Debian suite that the template is written for
 */
export function planBases(
  release: Readonly<Record<string, string>>,
  sources: readonly AptSource[],
  current: string,
): BasePlan[] {
  const like = `${release["ID"] ?? ""} ${release["ID_LIKE"] ?? ""}`.split(" ");
  const ubuntu = release["UBUNTU_CODENAME"] ?? (release["ID"] === "ubuntu" ? release["VERSION_CODENAME"] : undefined);
  const own =
    ubuntu ?? (like.includes("debian") ? (release["DEBIAN_CODENAME"] ?? release["VERSION_CODENAME"]) : undefined);
  const suites = ubuntu === undefined ? [...new Set([current, ...(own === undefined ? [] : [own])])] : [ubuntu];
  const components = ubuntu === undefined ? "main" : "main,universe";
  const mirror = sources
    .find((source) => own !== undefined && source.suites.includes(own) && source.components.includes("main"))
    ?.uris.find(isFetchable);
  return suites.map((suite) => ({
    suite,
    components,
    mirror,
    sources: suite === own ? furtherSources(sources, suite, components) : [],
  }));
}

function furtherSources(sources: readonly AptSource[], suite: string, components: string): string[] {
  const wanted = [`${suite}-updates`, `${suite}-security`];
  return sources.flatMap(({ uris, suites }) => {
    const uri = uris.find(isFetchable);
    return uri === undefined
      ? []
      : suites
          .filter((name) => wanted.includes(name))
          .map((name) => `deb ${uri} ${name} ${components.replaceAll(",", " ")}`);
  });
}

/** A container has neither the host's files nor its apt transports, so only http and https can be used. */
function isFetchable(uri: string): boolean {
  return /^https?:\/\/[^\s'"\\]+$/.test(uri);
}

/** `NAME=value` lines, quoted or not. */
export function parseOsRelease(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/gm)];
  return Object.fromEntries(pairs.map(([, name = "", double, single, bare]) => [name, double ?? single ?? bare ?? ""]));
}
