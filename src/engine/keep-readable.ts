import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

// oxlint-disable no-underscore-dangle -- Node's names of the methods that a stream implements
// oxlint-disable typescript/unbound-method -- each is called with its stream

/**
 * A failed write destroys a Node socket, including output that has arrived but was not read yet. So input that is not accepted any
 * more is dropped, and a connection that the other side closed (ECONNRESET; a Unix socket reports it only after all data) ends
 * instead of failing. Over TCP a reset can discard data: there it fails.
 */
export function keepReadable(connection: Duplex): void {
  if ((connection as Partial<Socket>).remoteAddress !== undefined) return;
  const [write, writev, final] = [connection._write, connection._writev, connection._final];
  const drop = (done: (error?: Error | null) => void) => (error?: Error | null) => done(isClosed(error) ? null : error);
  connection._write = (chunk, encoding, done) => write.call(connection, chunk, encoding, drop(done));
  if (writev) connection._writev = (chunks, done) => writev.call(connection, chunks, drop(done));
  connection._final = (done) => final.call(connection, drop(done));
  const destroy = connection.destroy.bind(connection);
  let ended = false;
  connection.destroy = (error) => {
    if (!isClosed(error)) return destroy(error);
    if (!ended) connection.push(null);
    ended = true;
    return connection;
  };
}

function isClosed(error: Error | null | undefined): boolean {
  return ["EPIPE", "ECONNRESET", "ENOTCONN"].includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}
