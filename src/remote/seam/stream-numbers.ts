/** The streams of what runs over there; every other stream gets a number of its own, from `other` on. */
export const streamOf = { stdin: 0, stdout: 1, stderr: 2, other: 10 } as const;
