import { defineCommand } from "./line/command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  group: "Set-up",
  summary: "Check this host for problems and suggest fixes",
  positionals: [],
  flags: { fix: { type: "boolean", summary: "Fix what can be fixed safely" } },
  examples: [
    { line: "cowork doctor", text: "show each check, and how to fix problems" },
    { line: "cowork doctor --fix", text: "fix what can be fixed safely" },
  ],
  async run({ flags }, app) {
    const { doctor } = await import("../app/set-up/doctor.ts");
    const checks = await doctor(await app.scope(), flags);
    if (app.globals.json) {
      app.json({ checks });
    } else {
      const { renderChecks } = await import("../ui/checks.ts");
      app.terminal.out(renderChecks(checks, { width: app.terminal.width, style: app.terminal.style }));
    }
    return checks.some((check) => check.status === "problem") ? 1 : 0;
  },
});
