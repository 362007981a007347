package devstack

import (
	"fmt"
	"strings"
)

// hba lets nobody in but by password and from this machine.
const hba = `host all         all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`

// common are the settings of every private server, for a small machine that it shares with Throng itself.
const common = `# Written at every start: changes made here are lost. ALTER SYSTEM keeps.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%d '
wal_level = replica
max_wal_senders = 10
max_replication_slots = 10
hot_standby = on
hot_standby_feedback = on
# A replica finds a primary that is back within 0.1 s, and reports which rows it needs every second.
wal_retrieve_retry_interval = '100ms'
wal_receiver_status_interval = '1s'
# New log files are not filled with zeroes first, which took a tenth of the time of bulk loads. Where a disk is full the
# server then stops at a commit instead of before it.
wal_init_zero = off
`

// durable loses nothing when the machine fails. A replica that was away for longer than 1 GB of log is built anew.
const durable = `max_connections = 200
shared_buffers = '128MB'
max_wal_size = '1GB'
max_slot_wal_keep_size = '1GB'
`

// volatile survives a crash of the server, not one of the machine. Commits still wait until the log is written, which
// costs little without fsync: replicas would otherwise see them up to 0.2 s late, when the log writer comes round. Tests
// run many deployments at the same time, each with pools of its own.
const volatile = `max_connections = 800
shared_buffers = '64MB'
max_wal_size = '512MB'
max_slot_wal_keep_size = '256MB'
checkpoint_timeout = '15min'
fsync = off
full_page_writes = off
synchronous_commit = on
`

func (p *Postgres) primarySettings() string {
	if p.options.Durable {
		return common + durable
	}
	return common + volatile
}

// replicaSettings name the primary anew at every start, as its port may be another one.
func (p *Postgres) replicaSettings(replica int) string {
	conninfo := fmt.Sprintf("host=127.0.0.1 port=%d user=%s password=%s application_name=%s sslmode=disable gssencmode=disable",
		p.primary.port, superuser, p.password, slotName(replica))
	return strings.Join([]string{
		p.primarySettings(),
		"primary_conninfo = '" + conninfo + "'\n",
		"primary_slot_name = '" + slotName(replica) + "'\n",
	}, "")
}
