import { signal } from "@preact/signals";

/** The server answers, and the stream of events is open. */
export const isOnline = signal(true);

/** The server does not know this browser (any more). */
export const signedOut = signal(false);
