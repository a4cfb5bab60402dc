/** The relay prints this before any data when it is connected. */
export const relayMark = "+\n";

/** A command that connects to a port from inside the container, prints the mark, and relays its input and output. */
export function relayCommand(host: string, port: number): string[] {
  return ["/bin/sh", "-c", script, "sh", String(port), ...hostsOf(host)];
}

/** A local server may listen on IPv4 or IPv6 only. */
function hostsOf(host: string): string[] {
  const isLocal =
    host === "" || host === "localhost" || host === "::1" || host === "0.0.0.0" || host.startsWith("127.");
  return isLocal ? ["127.0.0.1", "::1"] : [host];
}

// Each script takes a port and hosts, tries the hosts in turn, and prints the error of the first. The end of the input is passed on,
// and the end of the connection ends the script.

const python = `import os,socket,sys,threading
s=last=None
for h in sys.argv[2:]:
  try:
    s=socket.create_connection((h,int(sys.argv[1])),10); break
  except OSError as e: last=last or "connect to %s port %s: %s"%(h,sys.argv[1],e.strerror or e)
if s is None: sys.exit(last)
s.settimeout(None)
os.write(1,b"+\\n")
def up():
  try:
    while True:
      d=os.read(0,65536)
      if not d: break
      s.sendall(d)
    s.shutdown(socket.SHUT_WR)
  except OSError: pass
threading.Thread(target=up,daemon=True).start()
try:
  while True:
    d=s.recv(65536)
    if not d: break
    while d: d=d[os.write(1,d):]
except OSError: pass
os._exit(0)`;

const perl = `use Socket qw(getaddrinfo SOCK_STREAM);
my ($port,@hosts)=@ARGV; my ($s,$last);
TRY: for my $h (@hosts) {
  my ($e,@found)=getaddrinfo($h,$port,{socktype=>SOCK_STREAM});
  $last||="connect to $h port $port: $e" if $e;
  for my $a (@found) {
    socket($s,$a->{family},SOCK_STREAM,0) or next;
    if (connect($s,$a->{addr})) { undef $last; last TRY }
    $last||="connect to $h port $port: $!";
  }
}
if (defined $last) { print STDERR "$last\\n"; exit 1 }
sub pump { my ($in,$out)=@_; my $d;
  while (sysread($in,$d,65536)) { my $o=0; while ($o<length $d) { my $n=syswrite($out,$d,length($d)-$o,$o); return unless defined $n; $o+=$n } } }
$SIG{PIPE}="IGNORE";
syswrite(STDOUT,"+\\n");
my $child=fork(); defined $child or die "fork: $!\\n";
if (!$child) { pump(\\*STDIN,$s); shutdown($s,1); exit 0 }
close(STDIN);
$SIG{TERM}=sub { kill 9,$child; exit 143 };
pump($s,\\*STDOUT);
kill 9,$child;`;

const node = `const [port,...hosts]=process.argv.slice(1);
const next=(last)=>{const h=hosts.shift();
if(h===undefined){console.error(last);process.exit(1)}
const s=require("net").connect({host:h,port:Number(port),allowHalfOpen:true});
const fail=(e)=>next(last||"connect to "+h+" port "+port+": "+e.message);
s.once("error",fail);
s.once("connect",()=>{s.off("error",fail);s.on("error",()=>process.exit(0));process.stdout.on("error",()=>process.exit(0));
process.stdout.write("+\\n");process.stdin.pipe(s);s.pipe(process.stdout,{end:false});
s.on("end",()=>process.stdout.write("",()=>process.exit(0)))})};
next()`;

// bash cannot close one direction of a connection.
const bash = `port=$1; shift
for h in "$@"; do
  { exec 3<>"/dev/tcp/$h/$port"; } 2>/dev/null || continue
  echo +
  exec 4<&0
  cat <&4 >&3 3>&3 &
  cat <&3
  kill $! 2>/dev/null
  exit 0
done
echo "connect to $1 port $port: refused, or no such host" >&2
exit 1`;

const script = `has() { command -v "$1" >/dev/null 2>&1; }
if has python3; then exec python3 -c '${python}' "$@"; fi
if has perl; then exec perl -e '${perl}' "$@"; fi
if has node; then exec node -e '${node}' "$@"; fi
if has bash; then exec bash --norc -c '${bash}' bash "$@"; fi
port=$1; shift
if has socat; then
  for h in "$@"; do case $h in *:*) h="[$h]" ;; esac; hosts="$hosts $h"; done
  echo +
  for h in $hosts; do socat -t 86400 - "TCP:$h:$port" && exit; done
  exit 1
fi
if has nc; then
  echo +
  for h in "$@"; do nc "$h" "$port" && exit; done
  exit 1
fi
echo 'port forwarding needs one of python3, perl, node, bash, socat or nc in the dev container' >&2
exit 127`;
