// The proxy settings of the host, for builds and containers.

const names = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/**
 * Returns the proxy variables of an environment, in upper and lower case as they are set. Leaves out a proxy on the host's loopback
 * address: inside a container that address is the container itself.
 */
export function hostProxies(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names.flatMap((upper) => [upper, upper.toLowerCase()])) {
    const value = env[name];
    if (value !== undefined && value !== "" && !isLoopback(value)) found[name] = value;
  }
  const proxies = Object.keys(found).filter((name) => name.toLowerCase() !== "no_proxy");
  return proxies.length === 0 ? {} : found;
}

function isLoopback(value: string): boolean {
  const host = value.replace(/^[a-z0-9+.-]+:\/\//i, "").replace(/^[^@/]*@/, "");
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/|$)/i.test(host);
}
