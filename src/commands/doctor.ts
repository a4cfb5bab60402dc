import { defineCommand } from "./line/command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  group: "Set-up",
  summary: "check what cowork needs on this host, and say what to do",
  positionals: [],
  flags: { fix: { type: "boolean", summary: "do what can be done safely" } },
  examples: [
    { line: "cowork doctor", text: "what is well, what is not, what to do" },
    { line: "cowork doctor --fix", text: "and mend it" },
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
