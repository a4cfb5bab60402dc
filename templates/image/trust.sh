#!/bin/sh
# Installs the TLS authorities in this script's folder in the image, as root. Run by cowork during the build of an image. Works with
# or without the distribution's package of authorities, and can be run again.
set -u
here=/usr/local/share/cowork

place() {
  mkdir -p "$1" && cp "$here"/certs/*.crt "$1"/
}

# The first lines of certificates from one issuer are the same; the last full line is part of the signature.
is_in() { # certificate, bundle
  grep -qF -e "$(tail -n 3 "$1" | head -n 1)" "$2" 2>/dev/null
}

# Debian's tool takes a second, and this script runs twice for most images.
is_done() {
  for certificate in "$here"/certs/*.crt; do
    name=$(basename "$certificate" .crt)
    [ -e "/etc/ssl/certs/$name.pem" ] && cmp -s "$certificate" "/usr/local/share/ca-certificates/$name.crt" || return 1
    is_in "$certificate" /etc/ssl/certs/ca-certificates.crt || return 1
  done
}

# The distribution's own tool first: its result survives the package's next update.
if command -v update-ca-certificates >/dev/null 2>&1; then
  if ! is_done; then
    place /usr/local/share/ca-certificates
    update-ca-certificates >/dev/null 2>&1
  fi
elif command -v update-ca-trust >/dev/null 2>&1; then
  if [ -d /etc/ca-certificates/trust-source ]; then
    place /etc/ca-certificates/trust-source/anchors
  else
    place /etc/pki/ca-trust/source/anchors
  fi
  update-ca-trust extract >/dev/null 2>&1 || update-ca-trust >/dev/null 2>&1
elif [ -d /etc/pki/ca-trust ]; then
  place /etc/pki/ca-trust/source/anchors
else
  # The package is not installed (yet): once it is, it uses what it finds here.
  place /usr/local/share/ca-certificates
fi

# The one file that most programs read, wherever this distribution has it.
bundle=
for file in /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/certs/ca-certificates.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
  if [ -s "$file" ]; then
    bundle=$file
    break
  fi
done
if [ -z "$bundle" ]; then
  if [ -d /etc/pki/tls ]; then
    bundle=/etc/pki/tls/certs/ca-bundle.crt
  else
    bundle=/etc/ssl/certs/ca-certificates.crt
  fi
  mkdir -p "${bundle%/*}"
fi
for certificate in "$here"/certs/*.crt; do
  is_in "$certificate" "$bundle" || cat "$certificate" >>"$bundle"
done
ln -sf "$bundle" "$here/ca-bundle.crt"

# Java has its own store.
keytool=$(command -v keytool 2>/dev/null || true)
if [ -z "$keytool" ] && [ -x "${JAVA_HOME:-/nonexistent}/bin/keytool" ]; then
  keytool=$JAVA_HOME/bin/keytool
fi
if [ -n "$keytool" ]; then
  for certificate in "$here"/certs/*.crt; do
    name=cowork-$(basename "$certificate" .crt)
    "$keytool" -importcert -noprompt -cacerts -storepass changeit -alias "$name" -file "$certificate" >/dev/null 2>&1 || true
  done
fi
exit 0
