import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RunView } from "../../contract/work/run.ts";
import { CoworkError } from "../../errors.ts";
import type { OneSession, SessionHost } from "../../session/session-host.ts";

const maxBytes = 32 * 1024 * 1024;

/**
 * One file that a run left.
 * @param name one of the run's artifacts: nothing else is looked for
 * @throws FILE_NOT_FOUND, FILE_TOO_LARGE
 */
export async function readArtifact(
  host: SessionHost,
  selector: OneSession,
  run: RunView,
  name: string,
): Promise<Uint8Array> {
  const known = run.artifacts.find((one) => one.name === name);
  if (known === undefined) throw new CoworkError("FILE_NOT_FOUND", `Run ${run.id} has no file ${name}.`);
  if (known.bytes > maxBytes) throw tooLarge(run, name);
  const { extract } = await import("tar-stream");
  const [tar, unpack] = [new PassThrough(), extract()];
  const [found] = await Promise.all([
    find(),
    pipeline(tar, unpack),
    host.runFiles(selector, run.n, tar).finally(() => tar.end()),
  ]);
  if (found === undefined) throw new CoworkError("FILE_NOT_FOUND", `Run ${run.id} has no file ${name}.`);
  return found;

  async function find(): Promise<Uint8Array | undefined> {
    let wanted: Buffer[] | undefined;
    for await (const entry of unpack) {
      const isIt = entry.header.type === "file" && entry.header.name === name;
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (isIt && size > maxBytes) throw tooLarge(run, name);
        if (isIt) chunks.push(chunk);
      }
      if (isIt) wanted = chunks;
    }
    return wanted === undefined ? undefined : Buffer.concat(wanted);
  }
}

function tooLarge({ id }: RunView, name: string): CoworkError {
  return new CoworkError("FILE_TOO_LARGE", `${name} of run ${id} is larger than 32 MiB.`, {
    hint: `cowork runs ${id} --save DIR`,
  });
}
