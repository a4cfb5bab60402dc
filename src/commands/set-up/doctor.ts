import { defineCommand } from "../line/command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  group: "Set-up",
  summary: "Check this host for problems and suggest fixes",
  positionals: [],
  flags: {
    fix: { type: "boolean", summary: "Fix what can be fixed safely" },
    notify: { type: "boolean", summary: "Also send a test message through each channel of NOTIFY" },
  },
  examples: [
    { line: "cowork doctor", text: "show each check, and how to fix problems" },
    { line: "cowork doctor --fix", text: "fix what can be fixed safely" },
    { line: "cowork doctor --notify", text: "see whether messages reach you" },
  ],
  async run({ flags }, app) {
    const { doctor } = await import("../../app/set-up/doctor.ts");
    const { stderr } = app.caller.streams;
    const terminal = stderr.isTTY === true ? (sequence: string) => void stderr.write(sequence) : undefined;
    const checks = await doctor(await app.scope(), { ...flags, terminal });
    if (app.globals.json) {
      app.json({ checks });
    } else {
      const { renderChecks } = await import("../../ui/set-up/checks.ts");
      app.terminal.out(renderChecks(checks, { width: app.terminal.width, style: app.terminal.style }));
    }
    return checks.some((check) => check.status === "problem") ? 1 : 0;
  },
});
