import { CoworkError } from "../../errors.ts";

/** The cause of the error of a connection that was open and broke. */
export const brokenConnection = Symbol("the connection broke");

/** Whether the connection broke, so that work on the host may still be running, and a new connection may succeed. */
export function isBroken(error: unknown): boolean {
  return error instanceof CoworkError && error.cause === brokenConnection;
}
