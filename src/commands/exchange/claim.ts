import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const claimCommand = defineCommand({
  name: "claim",
  group: "Work",
  summary: "Claim paths for a session, so that the agents of others leave them alone",
  details: [
    "Without paths it lists the claims, also what each session was last seen to have changed, as an intent. A claim is a courtesy: --exclusive denies edits by the agents of other sessions, and the denial says who holds the paths, why and until when. What they change with commands is not prevented; they get a note about it. --shared lets others edit, with such a note; --intent only says where a session works.",
    "Paths are patterns as in a .gitignore, from the root of the repository. A claim lapses an hour after the session's agent was last heard of, and ends when the session is stopped or deleted.",
  ],
  positionals: [
    { name: "session", summary: "Name of the session", complete: "session" },
    { name: "glob", summary: "Patterns of paths, quoted: 'src/auth/**'", many: true },
  ],
  flags: {
    exclusive: { type: "boolean", summary: "Others may not edit these paths" },
    shared: { type: "boolean", summary: "Others may edit too, and get a note (default)" },
    intent: { type: "boolean", summary: "Only say where the session works" },
    why: { type: "string", value: "TEXT", summary: "The reason, which others see" },
    release: { type: "boolean", summary: "End the session's claims, or those with these patterns" },
    path: { type: "string", value: "PATH", summary: "List only the claims that this path is under" },
    all: { type: "boolean", summary: "Allow an exclusive claim on everything" },
  },
  examples: [
    { line: "cowork claim a 'src/**' --exclusive --why 'rewrite'", text: "keep others out" },
    { line: "cowork claim --path src/auth/login.ts", text: "who holds this file" },
    { line: "cowork claim a --release", text: "end the claims of a" },
  ],
  async run({ args, flags }, app) {
    const [session, ...globs] = args;
    const modes = (["exclusive", "shared", "intent"] as const).filter((mode) => flags[mode]);
    if (modes.length > 1) throw usageError(`--${modes[0]} and --${modes[1]} cannot be combined.`, "cowork help claim");
    const isClaim = globs.length > 0 && !flags.release;
    if (!isClaim && (modes.length > 0 || flags.why !== undefined))
      throw usageError("Name the session and the paths to claim.", "cowork claim <session> 'src/**' --exclusive");
    const { claimPaths, listClaims, releaseClaims } = await import("../../app/merging/claims.ts");
    const { renderClaims, renderReleased } = await import("../../ui/exchange/claims.ts");
    const [scope, { terminal }] = [await app.scope(), app];
    if (flags.release) {
      const released = await releaseClaims(scope, { session, globs });
      if (app.globals.json) return app.json({ released });
      terminal.out(renderReleased(released));
      return 0;
    }
    const { why, all, path } = flags;
    const claims = isClaim
      ? [await claimPaths(scope, { session, globs, mode: modes[0] ?? "shared", why, all })]
      : await listClaims(scope, { path, session });
    if (app.globals.json) return app.json(isClaim ? { claim: claims[0] } : { claims });
    if (claims.length === 0) terminal.err("No claims.");
    else terminal.out(renderClaims(claims, { width: terminal.width, style: terminal.style, now: app.now() }));
    return 0;
  },
});
