/** Problems that have no error code of cowork. */
export const symptoms: readonly { symptom: string; todo: string }[] = [
  {
    symptom: "cowork: needs Node.js 22.18 or newer",
    todo: "Run `./install.sh` from the source tree: it installs a Node for cowork next to the installed file (`lib/cowork/node`) and does not change yours.",
  },
  {
    symptom: "permission denied while trying to connect to the Docker daemon socket",
    todo: "You were added to the group `docker` after you logged in. Log out and in again, or run `newgrp docker` in this terminal.",
  },
  {
    symptom: "Downloads fail with `self-signed certificate in certificate chain`",
    todo: "A proxy uses a certificate authority of your company. Install its certificate on this machine (in `/usr/local/share/ca-certificates`, then run `update-ca-certificates`): with `CA_CERTS=auto` cowork passes it to builds and containers.",
  },
  {
    symptom: "`cowork connect` reports `no tmux on this host`",
    todo: "Without tmux the shell ends when you close the terminal; everything else works. Run `apt-get install tmux` to keep it running.",
  },
  {
    symptom: "A session publishes another port than the project's configuration",
    todo: "Two sessions cannot use the same port of this machine. The engine picks a free one on `127.0.0.1` for each; `cowork status --verbose` lists them.",
  },
  {
    symptom: "The engine does not start again after it was killed",
    todo: "Run `./install.sh --engine-only`: it removes what the engine left behind (pid files, a containerd without its dockerd) and starts it. Without a service manager, its log is `/var/log/cowork-dockerd.log`.",
  },
];
