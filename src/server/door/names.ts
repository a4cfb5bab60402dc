/** The names that a listener answers to. Everything else in `Host` is a page that was made to lead here (DNS rebinding). */
export interface Names {
  /** `Host` of this machine's own addresses, lower case, with the port */
  local: ReadonlySet<string>;
  /** `Host` of the proxy that PUBLIC_URL admits */
  public: string | undefined;
  /** the origin of PUBLIC_URL */
  publicOrigin: string | undefined;
}

/** How a request came in. A token is for the door that it was made at. */
export type Door = "local" | "public" | "socket";

export function namesOf(port: number, publicUrl: URL | undefined): Names {
  const local = ["cowork.localhost", "localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${port}`);
  // Browsers leave out the default port.
  if (port === 80) local.push(...local.map((name) => name.slice(0, name.lastIndexOf(":"))));
  return { local: new Set(local), public: publicUrl?.host.toLowerCase(), publicOrigin: publicUrl?.origin };
}

/** Undefined: none of the names, exactly. */
export function doorOf(names: Names, host: string): Door | undefined {
  const asked = host.toLowerCase();
  if (names.local.has(asked)) return "local";
  return asked === names.public ? "public" : undefined;
}

/** The one origin that pages of this server have at that name. */
export function originOf(names: Names, door: Door, host: string): string | undefined {
  return door === "public" ? names.publicOrigin : `http://${host.toLowerCase()}`;
}
