import { plain } from "../../system/text.ts";
import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const cpCommand = defineCommand({
  name: "cp",
  group: "Work",
  summary: "Copy files between a session and this machine",
  details: [
    "Paths in a session are absolute, or relative to the folder that `connect` starts in: the session's clone. A stopped session is started first. " +
      "Write ./ before a local path that contains a colon.",
    "Files and folders are copied as `cp -r` does, as the session's user. From a session, links and devices are left out. " +
      "What arrives is complete: nothing is half copied, and nothing is overwritten without --force.",
  ],
  positionals: [
    { name: "from", summary: "session:path, a local path, or - for stdin", required: true },
    { name: "to", summary: "session:path, a local path, or - for stdout", required: true },
  ],
  flags: {
    force: { type: "boolean", short: "f", summary: "Replace files that exist" },
    "max-size": { type: "string", value: "SIZE", summary: "Most that is copied (default: 2g)" },
  },
  examples: [
    { line: "cowork cp a:coverage/ .", text: "copy a folder from a" },
    { line: "cowork cp notes.md a:docs/", text: "copy a file into a" },
    { line: "cowork cp a:/tmp/out.log - | less", text: "read one file" },
  ],
  async run({ args, flags }, app) {
    const [from = "", to = ""] = args;
    if (to === "-" && app.globals.json) throw usageError("--json and - both need stdout.", "cowork cp a:file . --json");
    const [{ copyFiles }, { readMaxSize }] = await Promise.all([
      import("../../app/sessions/copy/copy.ts"),
      import("../../app/sessions/copy/limit.ts"),
    ]);
    const options = { force: flags.force, maxBytes: readMaxSize(flags["max-size"]) };
    const progress = await app.show("lines");
    const { stdin, stdout } = app.caller.streams;
    const io = { cwd: app.caller.cwd(), stdin, stdout, signal: app.caller.signal };
    const result = await copyFiles(await app.scope(), [from, to], options, io);
    progress.stop();
    if (app.globals.json) return app.json(result);
    const { showNotes } = await import("../../ui/terminal/note.ts");
    if (to !== "-")
      app.terminal.out(`copied ${result.files === 1 ? "1 file" : `${result.files} files`} to ${plain(result.to)}`);
    showNotes(app.terminal, result.notes);
    return 0;
  },
});
