/**
 * POSIX sh that sets `c_shell` to the shell that the password file has for the current user; a shell that does not allow logins
 * counts as none. It needs no other program, because some images have no getent, cut or awk. All names begin with `c_`, so that no
 * variable of the environment is changed.
 */
export const findUserShell = `c_uid=
while read -r c_key c_value c_rest; do [ "$c_key" = Uid: ] && c_uid=$c_value; done </proc/self/status
c_shell=
while IFS=: read -r c_key c_rest c_value c_rest c_rest c_rest c_path; do
  [ "$c_value" = "$c_uid" ] && [ -z "$c_shell" ] && c_shell=$c_path
done </etc/passwd
case $c_shell in */nologin | */false) c_shell= ;; esac
[ -x "$c_shell" ] || c_shell=/bin/sh`;
