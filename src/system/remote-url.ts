export interface Origin {
  /** what a session's clone gets as its `origin`; undefined when it has to do without */
  url: string | undefined;
  /** credentials were in the URL and are left out */
  hadCredentials: boolean;
  /** it leads to a path of this machine, or runs a program here: of no use inside a container */
  isLocal: boolean;
}

/**
 * A project's origin as it may stand in a clone: without credentials, and only when it leads to another machine. In web
 * addresses all user information goes, a token may stand for the user; user names of ssh stay, they are part of the address.
 */
export function cleanOrigin(url: string): Origin {
  const local: Origin = { url: undefined, hadCredentials: false, isLocal: true };
  // oxlint-disable-next-line no-control-regex -- git takes none, and they would reach terminals
  if (url === "" || /[\u0000-\u001f\u007f]/.test(url)) return local;
  const helper = /^([A-Za-z0-9][A-Za-z0-9+.-]*)::(.*)$/s.exec(url);
  if (helper !== null) return cleanHelper(helper[1] ?? "", helper[2] ?? "");
  const web = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (web !== null) return cleanUrl(web[1] ?? "", web[2] ?? "", web[3] ?? "");
  // `host:path` as scp takes it; with a slash before the colon git takes it for a path.
  const isScp = /^[^/:]+:/.test(url) || /^[^/]*\[[^\]]+\]:/.test(url);
  return isScp ? { url, hadCredentials: false, isLocal: false } : local;
}

/** `ext::` runs a command line, `fd::` uses this process's own files; any other helper gets an address of its own. */
function cleanHelper(name: string, address: string): Origin {
  if (/^(ext|fd)$/i.test(name)) return { url: undefined, hadCredentials: false, isLocal: true };
  const inner = cleanOrigin(address);
  return inner.isLocal
    ? { url: `${name}::${address}`, hadCredentials: false, isLocal: false }
    : { ...inner, url: `${name}::${inner.url}` };
}

function cleanUrl(scheme: string, authority: string, rest: string): Origin {
  if (/^file$/i.test(scheme)) return { url: undefined, hadCredentials: false, isLocal: true };
  // A password with an unescaped slash: what was taken for the host ends in the middle of it.
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
