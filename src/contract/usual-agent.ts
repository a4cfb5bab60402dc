/**
 * The agent of sessions for which nothing else is set. Commands about it do not have to name it. Not in `agents.ts`: what every error
 * needs loads no library.
 */
export const usualAgent = "claude";
