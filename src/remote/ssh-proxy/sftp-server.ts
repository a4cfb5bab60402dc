/** Runs OpenSSH's sftp-server from the usual paths of distributions. */
const script = `for c_program in /usr/lib/openssh/sftp-server /usr/libexec/openssh/sftp-server /usr/lib/ssh/sftp-server \\
  /usr/libexec/sftp-server /usr/lib/sftp-server /usr/libexec/ssh/sftp-server; do
  [ -x "$c_program" ] && exec "$c_program"
done
echo 'cowork: this dev container has no sftp-server. Install openssh-sftp-server in it, or copy with scp -O' >&2
exit 127`;

/** The command that serves sftp in the container. */
export const sftpServer: string[] = ["sh", "-c", script];
