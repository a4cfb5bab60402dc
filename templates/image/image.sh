#!/bin/sh
# The last step of a dev container's image, run once by cowork, as root, while it builds. Arguments:
#   1     name of the user that works inside; empty: root, or one without a name
#   2, 3  uid and gid that this user gets
#   4     path of the link to the workspace folder; empty: none
# Works with the smallest of userlands: passwd and group are edited as the files they are.
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

named() { # file, id: the name that has it
  awk -F: -v id="$2" '$3 == id { print $1; exit }' "$1"
}

free_id() { # an id that neither a user nor a group has
  awk -F: -v from=2000 '{ taken[$3] = 1 } END { while (from in taken) from++; print from }' /etc/passwd /etc/group
}

set_field() { # file, name, number of the field, value
  awk -F: -v OFS=: -v name="$2" -v n="$3" -v value="$4" '$1 == name { $n = value } { print }' "$1" >"$1.cowork"
  # Written into the file, not renamed onto it: owner, mode and whatever it is linked to stay.
  cat "$1.cowork" >"$1"
  rm "$1.cowork"
}

group_members_to() { # old gid, new gid: whose primary group it is
  awk -F: -v OFS=: -v old="$1" -v new="$2" '$4 == old { $4 = new } { print }' /etc/passwd >/etc/passwd.cowork
  cat /etc/passwd.cowork >/etc/passwd
  rm /etc/passwd.cowork
}

# What an id owned belongs to the new one, everywhere in the image: a user's tools do not all lie in its home. Links are
# changed, never followed. Mounted file systems are left alone.
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
      # Its own group goes with it, so that the number is free for ours.
      if [ "$taker_gid" = "$COWORK_GID" ] && [ "$(named /etc/group "$taker_gid")" = "$taker" ]; then
        move_group "$taker" "$to"
      fi
    fi
    move_user "$COWORK_USER" "$COWORK_UID"
  fi
  gid=$(field /etc/passwd "$COWORK_USER" 4)
  group=$(named /etc/group "$gid")
  # Only a group of the user's own is given the number, and only a number that is free: other groups mean something.
  if [ "$gid" != "$COWORK_GID" ] && [ "$gid" -ge 1000 ] && [ -n "$group" ] && [ -z "$(named /etc/group "$COWORK_GID")" ]; then
    move_group "$group" "$COWORK_GID"
  fi
fi

# Scripts that spell the path of the project out find the workspace there.
if [ -n "$COWORK_LINK" ] && [ ! -e "$COWORK_LINK" ] && [ ! -L "$COWORK_LINK" ]; then
  mkdir -p "$(dirname "$COWORK_LINK")"
  ln -s /opt/cowork/session/workspace "$COWORK_LINK"
fi
# Where cowork's folders are mounted; here so that their owner and mode are plain.
mkdir -p /opt/cowork /cowork/auth /cowork/session

# A login shell makes PATH anew.
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

# Name, mail and safe.directory of a session, with the lowest precedence that git has.
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
  # Again: what was installed since the first time (Java, the package of authorities) gets them too.
  sh /usr/local/share/cowork/trust.sh
fi
rm -f "$self"
