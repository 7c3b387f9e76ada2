#!/bin/bash
# The first process of a guest machine. It takes names of scripts from the console, one a line, runs each, and says how it ended.
# The host's files are its own, but it can change only those of the folder it is given.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mount -t hostfs -o "$SHARED" shared "$SHARED"
modules=/run/modules
mkdir -p $modules/lib/modules
ln -s "/usr/lib/uml/modules/$(uname -r)" "$modules/lib/modules/$(uname -r)"
# The kernel asks for modules by itself, too: ciphers, as SAs need them.
printf '#!/bin/sh\nexec /usr/sbin/modprobe -d %s "$@"\n' $modules >/run/modprobe
chmod 755 /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
/run/modprobe -a xfrm_user esp4 tun authenc echainiv cbc hmac
ip link set lo up
ip link set vec0 up
stty raw -echo
echo ready
while read -r name; do
  { bash "$SHARED/$name" >"$SHARED/$name.out" 2>&1; echo "ended $name $?"; } &
done
