import { execa } from "execa";
import { describe, expect, test } from "vitest";
import {
  clientEnv,
  paneEnvironment,
  planAttach,
  planKill,
  tmuxServer,
} from "../../../../src/session/connect/tmux-plan.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";

const server = { socket: "cowork", config: "/home/u/.cowork/lib/tmux.conf" };

describe("the plan for tmux", () => {
  test("has a separate server for each home", () => {
    expect(tmuxServer(coworkPaths("/home/u/.cowork"), "/home/u").socket).toBe("cowork");
    const other = coworkPaths("/elsewhere");
    expect(tmuxServer(other, "/home/u")).toEqual({
      socket: `cowork-${other.pathHash}`,
      config: "/elsewhere/lib/tmux.conf",
    });
  });

  test("creates or joins the session by its whole name", () => {
    const args = planAttach(server, {
      id: "app-a.b:c",
      command: ["/bin/cowork", "connect", "a.b", "--no-tmux"],
      env: { PATH: "/bin" },
    });
    expect(args.slice(0, 9)).toEqual([
      "-L",
      "cowork",
      "-f",
      server.config,
      "new-session",
      "-A",
      "-s",
      "app-a_b_c",
      "--",
    ]);
    expect(args.slice(9, 15)).toEqual(["/usr/bin/env", "PATH=/bin", "/bin/cowork", "connect", "a.b", "--no-tmux"]);
    expect(planKill(server, "app-a.b")).toEqual([
      "-L",
      "cowork",
      "-f",
      server.config,
      "kill-session",
      "-t",
      "=app-a_b",
    ]);
  });

  test("quotes a new window's command for the shell, and hides `;` from tmux", async () => {
    const odd = ["printf", "[%s]", "it's", 'a "b" $c', "end;"] as const;
    const args = planAttach(server, { id: "x", command: odd, env: {} });
    expect(args).toContain("end\\;");
    const line = args.at(-1)?.replace(/\\;$/, ";") ?? "";
    expect((await execa("/bin/sh", ["-c", line])).stdout).toBe('[it\'s][a "b" $c][end;]');
  });

  test("passes on the variables that the pane's cowork needs, and no secrets", () => {
    const env = {
      PATH: "/bin",
      COWORK_HOME: "/h",
      DOCKER_HOST: "unix:///x",
      DOCKER_AUTH_CONFIG: "secret",
      TOKEN: "secret",
      TMUX: "outer",
      TERM: "x",
    };
    expect(paneEnvironment(env)).toEqual({ PATH: "/bin", COWORK_HOME: "/h", DOCKER_HOST: "unix:///x" });
    expect(clientEnv(env)).not.toHaveProperty("TMUX");
  });
});
