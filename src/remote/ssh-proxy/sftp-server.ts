/** Where distributions put OpenSSH's own server; without it there is none, and that is said. */
const script = `for c_program in /usr/lib/openssh/sftp-server /usr/libexec/openssh/sftp-server /usr/lib/ssh/sftp-server \\
  /usr/libexec/sftp-server /usr/lib/sftp-server /usr/libexec/ssh/sftp-server; do
  [ -x "$c_program" ] && exec "$c_program"
done
echo 'cowork: this dev container has no sftp-server: install openssh-sftp-server in it, or copy with scp -O' >&2
exit 127`;

/** The command that serves sftp inside. */
export const sftpServer: string[] = ["sh", "-c", script];
