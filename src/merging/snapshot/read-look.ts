/** What the script of a snapshot says on stderr, as it is. */
export interface RawLook {
  format: string | undefined;
  head: string | undefined;
  tip: string | undefined;
  during: string | undefined;
  /** it sent no pack */
  isSame: boolean;
}

export function readLook(stderr: string): RawLook {
  const find = (name: string): string | undefined => new RegExp(`^cowork-${name} (.+)$`, "m").exec(stderr)?.[1];
  return {
    format: find("format"),
    head: find("head"),
    tip: find("tip"),
    during: find("during"),
    isSame: /^cowork-same$/m.test(stderr),
  };
}
