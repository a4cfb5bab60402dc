#!/bin/sh
# The last step of a dev container's image, run once by cowork, as root, during the build. Arguments:
#   1     name of the user in the container; empty for root, or for a user without a name
#   2, 3  uid and gid that this user gets
#   4     path of the link to the workspace folder; empty for none
# Works with minimal userlands: passwd and group are edited as files.
set -eu
self=$0
COWORK_USER=$1 COWORK_UID=$2 COWORK_GID=$3 COWORK_LINK=$4

fail() {
  echo "cowork: $*" >&2
  exit 1
}

field() { # file, name, number of the field
  awk -F: -v name="$2" -v n="$3" '$1 == name { print $n; exit }' "$1"
}

named() { # file, id: prints the name of this id
  awk -F: -v id="$2" '$3 == id { print $1; exit }' "$1"
}

free_id() { # prints an id that no user and no group has
  awk -F: -v from=2000 '{ taken[$3] = 1 } END { while (from in taken) from++; print from }' /etc/passwd /etc/group
}

set_field() { # file, name, number of the field, value
  awk -F: -v OFS=: -v name="$2" -v n="$3" -v value="$4" '$1 == name { $n = value } { print }' "$1" >"$1.cowork"
  # Written into the file and not renamed onto it, so that owner, mode and links to it stay.
  cat "$1.cowork" >"$1"
  rm "$1.cowork"
}

group_members_to() { # old gid, new gid: for the users whose primary group it is
  awk -F: -v OFS=: -v old="$1" -v new="$2" '$4 == old { $4 = new } { print }' /etc/passwd >/etc/passwd.cowork
  cat /etc/passwd.cowork >/etc/passwd
  rm /etc/passwd.cowork
}

# Files of the old id get the new one, everywhere in the image, because a user's tools are not all in its home. Links themselves are
# changed, never followed. Mounted file systems are skipped.
move_files() { # u or g, old id, new id
  if [ "$1" = u ]; then test=-user; else test=-group; fi
  if [ "$1" = u ]; then change="chown -h $3"; else change="chgrp -h $3"; fi
  if command -v find >/dev/null 2>&1; then
    find / -xdev "$test" "$2" -exec $change {} +
  elif [ "$1" = u ]; then
    home=$(field /etc/passwd "$COWORK_USER" 6)
    [ ! -d "$home" ] || chown -hR "$3" "$home"
  fi
}

move_user() { # name, new uid
  old=$(field /etc/passwd "$1" 3)
  move_files u "$old" "$2"
  set_field /etc/passwd "$1" 3 "$2"
}

move_group() { # name, new gid
  old=$(field /etc/group "$1" 3)
  move_files g "$old" "$2"
  set_field /etc/group "$1" 3 "$2"
  group_members_to "$old" "$2"
}

if [ -n "$COWORK_USER" ]; then
  [ -n "$(field /etc/passwd "$COWORK_USER" 1)" ] || fail "the image has no user $COWORK_USER"
  if [ "$(field /etc/passwd "$COWORK_USER" 3)" != "$COWORK_UID" ]; then
    taker=$(named /etc/passwd "$COWORK_UID")
    if [ -n "$taker" ]; then
      to=$(free_id)
      taker_gid=$(field /etc/passwd "$taker" 4)
      move_user "$taker" "$to"
      # Its own group is changed with it, so that the number is free for ours.
      if [ "$taker_gid" = "$COWORK_GID" ] && [ "$(named /etc/group "$taker_gid")" = "$taker" ]; then
        move_group "$taker" "$to"
      fi
    fi
    move_user "$COWORK_USER" "$COWORK_UID"
  fi
  gid=$(field /etc/passwd "$COWORK_USER" 4)
  group=$(named /etc/group "$gid")
  # Only a group of the user's own gets the number, and only if the number is free: other groups have a meaning.
  if [ "$gid" != "$COWORK_GID" ] && [ "$gid" -ge 1000 ] && [ -n "$group" ] && [ -z "$(named /etc/group "$COWORK_GID")" ]; then
    move_group "$group" "$COWORK_GID"
  fi
fi

# Scripts that have the project's path hard-coded find the workspace there.
if [ -n "$COWORK_LINK" ] && [ ! -e "$COWORK_LINK" ] && [ ! -L "$COWORK_LINK" ]; then
  mkdir -p "$(dirname "$COWORK_LINK")"
  ln -s /opt/cowork/session/workspace "$COWORK_LINK"
fi
# Mount points for cowork's folders; created here so that their owner and mode are known.
mkdir -p /opt/cowork /cowork/auth /cowork/session

# A login shell sets a new PATH.
mkdir -p /etc/profile.d
cat >/etc/profile.d/cowork.sh <<'PROFILE'
case "$PATH" in
  /opt/cowork/bin | /opt/cowork/bin:*) ;;
  *) PATH="/opt/cowork/bin:$PATH" ;;
esac
export PATH
PROFILE
for zsh in /etc/zsh/zprofile /etc/zprofile; do
  if [ -f "$zsh" ] && ! grep -q 'profile.d/cowork.sh' "$zsh"; then
    echo '[ ! -r /etc/profile.d/cowork.sh ] || . /etc/profile.d/cowork.sh' >>"$zsh"
  fi
done

# Name, mail and safe.directory of a session, with the lowest precedence in git.
include=/opt/cowork/session/gitconfig
seen=
for git in $(IFS=:; for folder in $PATH:/usr/bin:/usr/local/bin; do [ ! -x "$folder/git" ] || echo "$folder/git"; done); do
  seen=yes
  if ! HOME=/ "$git" config --system --get-all include.path 2>/dev/null | grep -qxF "$include"; then
    HOME=/ "$git" config --system --add include.path "$include"
  fi
done
if [ -z "$seen" ] && ! grep -qsF "$include" /etc/gitconfig; then
  printf '[include]\n\tpath = %s\n' "$include" >>/etc/gitconfig
fi

if [ -r /usr/local/share/cowork/trust.sh ]; then
  # Again: programs that were installed since the first time (Java, the package of authorities) get them, too.
  sh /usr/local/share/cowork/trust.sh
fi
rm -f "$self"
