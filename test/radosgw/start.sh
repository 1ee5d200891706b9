#!/usr/bin/env bash
# Runs a command with an S3 storage of Ceph, whose address and keys it finds in S3_ENDPOINT, S3_ACCESS_KEY_ID and
# S3_SECRET_ACCESS_KEY; without a command, prints them and serves until it is interrupted. All of it is in memory and in a
# temporary folder, and gone at the end.
set -euo pipefail

programs=(radosgw radosgw-admin ceph-mon ceph-osd ceph monmaptool)
for program in "${programs[@]}"; do
  command -v "$program" >/dev/null && continue
  echo "There is no $program here. Debian and Ubuntu have it:" >&2
  # RUNLEVEL=1: the servers of the packages stay off
  echo '  RUNLEVEL=1 apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common' >&2
  exit 1
done

dir=$(mktemp -d)
pids=()
finish() {
  status=$?
  trap - EXIT INT TERM
  # last started first: the gateway waits for the storage, and the storage for the monitor
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || true
    wait "${pids[i]}" 2>/dev/null || true
  done
  if [ "$status" -ne 0 ] && [ -n "${step:-}" ]; then
    echo "Ceph failed to $step:" >&2
    tail -n 15 "$dir"/log/* >&2 || true
  fi
  rm -rf "$dir"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step='find two free ports'
read -r port mon_port < <(node -e '
  const net = require("node:net")
  const servers = [0, 0].map(() => net.createServer().listen(0, "127.0.0.1"))
  setTimeout(() => {
    console.log(servers.map((server) => server.address().port).join(" "))
    servers.forEach((server) => server.close())
  }, 50)')

mkdir "$dir"/{mon,osd,rgw,log}
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_initial_members = a
mon_host = [v1:127.0.0.1:$mon_port]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
# the disk of the machine is none of its business: nothing is kept there
mon_data_avail_warn = 2
mon_data_avail_crit = 1
run_dir = $dir
admin_socket = $dir/\$name.asok
log_file = $dir/log/\$name.log
mon_cluster_log_file = $dir/log/cluster.log
[mon.a]
mon_data = $dir/mon
[osd.0]
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_class_load_list = *
# both are commands to the monitor that now and then come too early, and then the daemon ends
osd_class_update_on_start = false
osd_crush_update_on_start = false
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_data = $dir/rgw
# so that a test sees several pages
rgw_max_listing_results = 10
CONF
export CEPH_CONF="$dir/ceph.conf"

start() {
  nice -n 10 "$@" </dev/null >>"$dir/log/output" 2>&1 &
  pids+=($!)
}

step='start its monitor'
{
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$mon_port]" "$dir/monmap"
  ceph-mon -i a --mkfs --monmap "$dir/monmap"
} >>"$dir/log/output" 2>&1
start ceph-mon -f -i a

step='start its storage'
osd=$(cat /proc/sys/kernel/random/uuid)
{
  timeout 120 ceph osd new "$osd"
  ceph-osd -i 0 --mkfs --osd-uuid "$osd"
} >>"$dir/log/output" 2>&1
start ceph-osd -f -i 0
timeout 120 ceph osd crush add osd.0 1.0 root=default host=localhost >>"$dir/log/output" 2>&1

step='start its gateway'
export S3_ENDPOINT="http://127.0.0.1:$port" S3_ACCESS_KEY_ID=radosgw-access-key S3_SECRET_ACCESS_KEY=radosgw-secret-key
timeout 120 radosgw-admin user create --uid=test --display-name=test \
  --access-key="$S3_ACCESS_KEY_ID" --secret-key="$S3_SECRET_ACCESS_KEY" >>"$dir/log/output" 2>&1
start radosgw -f -n client.rgw
for _ in $(seq 150); do
  curl -s -o /dev/null "$S3_ENDPOINT/" && break
  kill -0 "${pids[2]}"
  sleep 0.2
done
curl -s -o /dev/null "$S3_ENDPOINT/"
step=

echo "$(radosgw --version | cut -d' ' -f1-3) at $S3_ENDPOINT"
if [ $# -gt 0 ]; then
  "$@"
else
  echo "S3_ACCESS_KEY_ID=$S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY=$S3_SECRET_ACCESS_KEY; Ctrl-C stops it"
  wait
fi
