// The token is in the storage of this origin, which includes the port: pages of other ports cannot read it, as they could a cookie.

const key = "cowork.token";

export function readToken(): string | undefined {
  return localStorage.getItem(key) ?? undefined;
}

export function keepToken(token: string): void {
  localStorage.setItem(key, token);
}

export function forgetToken(): void {
  localStorage.removeItem(key);
}

/** Takes the one-time code out of the address, so that it is neither in the history nor on the screen. */
export function takeCode(): string | undefined {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined) return undefined;
  history.replaceState(null, "", "#/");
  return code;
}
