/**
 * Made-up tokens as the vendor hands them out: refresh tokens are single-use and rotate; one that is used a second time
 * revokes its whole family, access tokens included.
 */
export interface Grant {
  family: number;
  access: string;
  refresh: string;
}

export interface Tokens {
  /** a login: starts a new family */
  login(): Grant;
  /** undefined: unknown, revoked, or used before (then the family is revoked now) */
  refresh(token: string): Grant | undefined;
  /** family of an access token that counts now */
  check(access: string): number | undefined;
  /** a logout */
  revoke(token: string): void;
  revoked(): number[];
}

export function createTokens(): Tokens {
  let count = 0;
  const current = new Map<string, number>();
  const used = new Map<string, number>();
  const access = new Map<string, number>();
  const revoked = new Set<number>();

  const grant = (family: number): Grant => {
    count += 1;
    // as long as real ones: they get broken into lines
    const made = {
      family,
      access: `sk-ant-oat01-made-up-${family}-${count}-${"x".repeat(72)}`,
      refresh: `sk-ant-ort01-made-up-${family}-${count}-${"x".repeat(72)}`,
    };
    current.set(made.refresh, family);
    access.set(made.access, family);
    return made;
  };

  return {
    login: () => grant((count += 1)),
    refresh(token) {
      const family = current.get(token);
      if (family === undefined || revoked.has(family)) {
        const before = used.get(token);
        if (before !== undefined) revoked.add(before);
        return undefined;
      }
      current.delete(token);
      used.set(token, family);
      return grant(family);
    },
    check(token) {
      const family = access.get(token);
      return family === undefined || revoked.has(family) ? undefined : family;
    },
    revoke(token) {
      const family = current.get(token) ?? access.get(token);
      if (family !== undefined) revoked.add(family);
    },
    revoked: () => [...revoked],
  };
}
