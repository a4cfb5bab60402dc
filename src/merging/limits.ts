/** Larger files are not compared: a small text with their hash takes their place. In bytes. */
export const largeFileBytes = 5 * 1024 * 1024;

/** A session's files are hashed up to this size each; of larger ones size and time count. In bytes. */
export const hashedFileBytes = 64 * 1024 * 1024;

/** More changed paths than this are not judged. */
export const maxPaths = 100_000;

/** What a session may send, compressed, in bytes. */
export const maxPackBytes = 128 * 1024 * 1024;

/** For a look at one session: in its container, or in a helper container, which has to start. */
export const snapshotMs = { running: 10_000, stopped: 30_000 } as const;

/** For one call of git in the scratch repository. */
export const gitMs = 8_000;

/** What one call of git may keep in memory, in KiB. Mapped files do not count. */
export const gitMemoryKiB = 448 * 1024;

/** The scratch repository is made again beyond this size in bytes, or this age in ms: it is a cache. */
export const scratchBytes = 200 * 1024 * 1024;
export const scratchMs = 24 * 60 * 60_000;
