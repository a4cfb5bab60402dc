import { basename, dirname, resolve } from "node:path";
import { isBuilt } from "../../version.ts";

/**
 * The command line that runs this same cowork again.
 * Does not run the file itself: its first line looks for Node on a PATH that may have changed by then (in tmux's server, say).
 * Nor `node file`: below a package.json with `"type": "module"` Node would load it as an ES module.
 */
export function selfCommand(): [string, ...string[]] {
  const { execPath, argv } = process;
  if (!isBuilt()) return [execPath, resolve(argv[1] ?? "cowork")];
  // The unpacked program as long as it is there: tmux remembers the command for longer than `doctor` keeps those files. The built
  // file contains all of them: to start it costs 11 MB of memory and 30 ms more.
  const main = JSON.stringify(argv[1]);
  const start = `require(require("fs").existsSync(${main}) ? process.argv.splice(1, 0, ${main}) && ${main} : process.argv[1])`;
  return [execPath, "--input-type=commonjs", "-e", start, "--", resolve(argv[2] ?? "cowork")];
}

/** This cowork as a file that also runs elsewhere; undefined in the source tree. Its folder is named after its hash (`src/unpack.ts`). */
export function ownProgram(): { file: string; hash: string } | undefined {
  if (!isBuilt()) return undefined;
  const [, main = "", file = "cowork"] = process.argv;
  return { file: resolve(file), hash: basename(dirname(main)) };
}
