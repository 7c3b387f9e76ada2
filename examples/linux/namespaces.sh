#!/bin/sh
# Two routers and two hosts as network namespaces of one machine. Usage: sudo sh namespaces.sh up | down
#
#   alice 10.1.0.10 -- 10.1.0.1 left 192.0.2.1 ==== 192.0.2.2 right 10.2.0.1 -- 10.2.0.10 bob
set -eu

wire() { # NAMESPACE DEVICE ADDRESS   NAMESPACE DEVICE ADDRESS
  ip link add "$2" netns "skeyid-$1" type veth peer name "$5" netns "skeyid-$4"
  ip -n "skeyid-$1" address add "$3" dev "$2"
  ip -n "skeyid-$4" address add "$6" dev "$5"
  ip -n "skeyid-$1" link set "$2" up
  ip -n "skeyid-$4" link set "$5" up
}

case "${1:-}" in
up)
  for name in alice left right bob; do
    ip netns add "skeyid-$name"
    ip -n "skeyid-$name" link set lo up
  done
  wire alice eth0 10.1.0.10/24 left eth0 10.1.0.1/24
  wire left eth1 192.0.2.1/24 right eth1 192.0.2.2/24
  wire bob eth0 10.2.0.10/24 right eth0 10.2.0.1/24
  ip -n skeyid-alice route add default via 10.1.0.1
  ip -n skeyid-bob route add default via 10.2.0.1
  ;;
down)
  for name in alice left right bob; do ip netns delete "skeyid-$name" || true; done
  ;;
*)
  echo "usage: sudo sh namespaces.sh up | down" >&2
  exit 2
  ;;
esac
