/** Host names of Copilot's vendor. */
export const copilotNames = [
  "github.com",
  "api.github.com",
  "api.githubcopilot.com",
  "telemetry.githubcopilot.com",
  "copilot-telemetry.githubusercontent.com",
];
