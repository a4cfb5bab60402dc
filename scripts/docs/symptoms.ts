/** Troubles that show without an error code of cowork's own. */
export const symptoms: readonly { symptom: string; todo: string }[] = [
  {
    symptom: "cowork: needs Node.js 22.18 or newer",
    todo: "Run `./install.sh` from the source tree: it puts a Node of cowork's own beside the installed file (`lib/cowork/node`) and leaves yours alone.",
  },
  {
    symptom: "permission denied while trying to connect to the Docker daemon socket",
    todo: "You were added to the group `docker` after this login began. Log in anew, or type `newgrp docker` in this terminal.",
  },
  {
    symptom: "Downloads fail with `self-signed certificate in certificate chain`",
    todo: "A proxy signs with an authority of your company. Install its certificate on this machine (`/usr/local/share/ca-certificates`, then `update-ca-certificates`): with `CA_CERTS=auto` cowork hands it on to builds and containers.",
  },
  {
    symptom: "`cowork connect` says that there is no tmux",
    todo: "Without tmux the shell ends with its terminal; everything else works. `apt-get install tmux` makes it stay.",
  },
  {
    symptom: "A port that the project publishes is another one in the session",
    todo: "Two sessions cannot have one port of this machine. cowork lets the engine pick a free one on `127.0.0.1` for each; `cowork status --verbose` lists them.",
  },
  {
    symptom: "The engine does not start again after it was killed",
    todo: "`./install.sh --engine-only` clears what it left behind (pid files, a containerd without its dockerd) and starts it; its log is `/var/log/cowork-dockerd.log` where no service manager runs.",
  },
];
