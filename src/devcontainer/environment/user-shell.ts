/**
 * POSIX sh that sets `c_shell` to the shell that the password file names for the user it runs as; one that lets nobody in
 * counts as none. No program is needed: images without getent, cut or awk are real. Names begin with `c_`, so that none of the
 * environment's own is changed.
 */
export const findUserShell = `c_uid=
while read -r c_key c_value c_rest; do [ "$c_key" = Uid: ] && c_uid=$c_value; done </proc/self/status
c_shell=
while IFS=: read -r c_key c_rest c_value c_rest c_rest c_rest c_path; do
  [ "$c_value" = "$c_uid" ] && [ -z "$c_shell" ] && c_shell=$c_path
done </etc/passwd
case $c_shell in */nologin | */false) c_shell= ;; esac
[ -x "$c_shell" ] || c_shell=/bin/sh`;
