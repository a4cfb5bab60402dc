/** A remote's URL without user name's password or token: `https://u:p@host/x` and `https://token@host/x` both lose it; ssh keeps its user. */
export function withoutCredentials(url: string): string {
  const [, scheme = "", userinfo = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)(.*)$/is.exec(url) ?? [];
  if (userinfo === "") return url;
  const isSsh = /ssh/i.test(scheme);
  const user = userinfo.slice(0, -1).split(":")[0] ?? "";
  return isSsh && user !== "" ? `${scheme}${user}@${rest}` : `${scheme}${rest}`;
}
