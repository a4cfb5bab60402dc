import { coworkVersion } from "./version.ts";

if (process.argv[2] === "--version") process.stdout.write(`cowork ${coworkVersion()}\n`);
