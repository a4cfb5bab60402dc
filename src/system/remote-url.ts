export interface Origin {
  /** the `origin` of a session's clone; undefined for none */
  url: string | undefined;
  /** credentials were removed from the URL */
  hadCredentials: boolean;
  /** it is a path on this machine or runs a program here, so it is of no use inside a container */
  isLocal: boolean;
}

/**
 * Cleans a project's origin for a clone: removes credentials, and drops an origin that is not on another machine. Web URLs lose
 * all user information, because the user may be a token. The user name in an ssh URL is kept: it is part of the address.
 */
export function cleanOrigin(url: string): Origin {
  const local: Origin = { url: undefined, hadCredentials: false, isLocal: true };
  // oxlint-disable-next-line no-control-regex -- git refuses them, and they would reach terminals
  if (url === "" || /[\u0000-\u001f\u007f]/.test(url)) return local;
  const helper = /^([A-Za-z0-9][A-Za-z0-9+.-]*)::(.*)$/s.exec(url);
  if (helper !== null) return cleanHelper(helper[1] ?? "", helper[2] ?? "");
  const web = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (web !== null) return cleanUrl(web[1] ?? "", web[2] ?? "", web[3] ?? "");
  // `host:path` as for scp. With a slash before the colon git treats it as a path.
  const isScp = /^[^/:]+:/.test(url) || /^[^/]*\[[^\]]+\]:/.test(url);
  return isScp ? { url, hadCredentials: false, isLocal: false } : local;
}

/** `ext::` runs a command line and `fd::` uses this process's file descriptors; any other helper has an address after it. */
function cleanHelper(name: string, address: string): Origin {
  if (/^(ext|fd)$/i.test(name)) return { url: undefined, hadCredentials: false, isLocal: true };
  const inner = cleanOrigin(address);
  return inner.isLocal
    ? { url: `${name}::${address}`, hadCredentials: false, isLocal: false }
    : { ...inner, url: `${name}::${inner.url}` };
}

function cleanUrl(scheme: string, authority: string, rest: string): Origin {
  if (/^file$/i.test(scheme)) return { url: undefined, hadCredentials: false, isLocal: true };
  // A password with an unescaped slash: the part matched as the host ends in the middle of the password.
  const whole = /^[^[@]*:\D/.test(authority) && rest.includes("@") ? authority + rest : undefined;
  const cut = whole === undefined ? authority : whole.slice(0, whole.indexOf("/", whole.lastIndexOf("@")) >>> 0);
  const after = whole === undefined ? rest : whole.slice(cut.length);
  const at = cut.lastIndexOf("@");
  const [user, host] = at === -1 ? ["", cut] : [cut.slice(0, at), cut.slice(at + 1)];
  if (/^(git\+)?ssh(\+git)?$/i.test(scheme)) {
    const name = user.replace(/:.*$/s, "");
    return {
      url: `${scheme}://${name === "" ? "" : `${name}@`}${host}${after}`,
      hadCredentials: name !== user,
      isLocal: false,
    };
  }
  const path = after.replace(/[?#].*$/s, "");
  return { url: `${scheme}://${host}${path}`, hadCredentials: user !== "" || path !== after, isLocal: false };
}
