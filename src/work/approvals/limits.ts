/** Size of a request in bytes; the hook script has the same limit, because a larger one cannot be shown to be decided on. */
export const maxRequestBytes = 512 * 1024;
/** Nesting of a request's JSON. */
export const maxDepth = 64;
/** Names that are read from the folder that the container writes to. */
export const maxNames = 2000;
/** Requests of a session that are open at once; more wait in the container. */
export const maxOpen = 50;
/** New requests that are taken in within a minute; more wait in the container. */
export const maxNewPerMinute = 60;
/** Requests that are kept after they were decided. */
export const maxClosed = 100;
/** Answers that are in the container at once. Those that no hook reads any more are removed after an hour. */
export const maxAnswers = 1000;
