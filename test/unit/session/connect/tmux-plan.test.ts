import { execa } from "execa";
import { describe, expect, test } from "vitest";
import {
  clientEnv,
  paneEnvironment,
  planAgentWindow,
  planAttach,
  planAttachAgent,
  planKill,
  planPaste,
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
    expect(args.slice(0, 11)).toEqual([
      "-L",
      "cowork",
      "-f",
      server.config,
      "new-session",
      "-A",
      "-s",
      "app-a_b_c",
      "-n",
      "shell",
      "--",
    ]);
    expect(args.slice(11, 17)).toEqual(["/usr/bin/env", "PATH=/bin", "/bin/cowork", "connect", "a.b", "--no-tmux"]);
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

  const shell = { id: "x", command: ["/bin/cowork", "connect", "x"], env: {} } as const;
  const plain = ["-L", "cowork", "-f", server.config];

  test("a shell has another window than the agent", () => {
    const [alone, beside] = [planAttach(server, shell, ["agent"]), planAttach(server, shell, ["agent", "shell"])];
    expect(alone.slice(4, 14)).toEqual([
      "new-window",
      "-t",
      "=x:",
      "-n",
      "shell",
      "--",
      "/usr/bin/env",
      ...shell.command,
    ]);
    expect(beside.slice(4, 12)).toEqual(["select-window", "-t", "=x:=shell", ";", "attach-session", "-t", "=x:", ";"]);
  });

  test("the agent gets a window of its own, in a new session or in the one that exists", () => {
    const plan = { ...shell, command: ["/bin/cowork", "agent;"], shell: shell.command } as const;
    const fresh = planAgentWindow(server, plan, []);
    expect(fresh.slice(4, 15)).toEqual(["new-session", "-d", "-s", "x", "-n", "agent", "-x", "80", "-y", "24", "--"]);
    expect(fresh).toContain("agent\\;");
    expect(fresh.at(-1)).toBe("exec /usr/bin/env /bin/cowork connect x");
    expect(planAgentWindow(server, plan, ["shell"]).slice(4, 11)).toEqual([
      "new-window",
      "-d",
      "-t",
      "=x:",
      "-n",
      "agent",
      "--",
    ]);
    expect(planAttachAgent(server, "x.y")).toEqual([...plain, "attach-session", "-t", "=x_y:=agent"]);
  });

  test("text is pasted as one, from stdin", () => {
    expect(planPaste(server, "%3").slice(4)).toEqual([
      "load-buffer",
      "-b",
      "cowork-3",
      "-",
      ";",
      "paste-buffer",
      "-p",
      "-d",
      "-b",
      "cowork-3",
      "-t",
      "%3",
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
