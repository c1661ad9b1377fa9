package config

import "strings"

// envPrefix begins the environment name of every key.
const envPrefix = "URSULA"

// A key is one thing that can be configured, under one name everywhere.
type key struct {
	name  string // flag and file key; environment: URSULA_ and capitals
	usage string
	value func(*Config) value // the field, as text
}

// env returns the environment variable that sets k.
func (k key) env() string {
	return envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(k.name, "-", "_"))
}

// keys lists all keys in the order in which people are shown them.
func keys() []key {
	return []key{
		{"listen", "address of the protocol",
			func(c *Config) value { return textOf(&c.Listen) }},
		{"admin-listen", "address of /healthz, /readyz, /metrics and pprof",
			func(c *Config) value { return textOf(&c.AdminListen) }},
		{"data", "data directory",
			func(c *Config) value { return textOf(&c.Data) }},
		{"engine", "engine of all groups: raft-wal (durable), raft-memory or memory (keep nothing)",
			func(c *Config) value {
				return oneOf(&c.Engine, EngineRaftWAL, EngineRaftMemory, EngineMemory)
			}},
		{"groups", "number of groups, fixed when the data directory is created; 0: eight for each core",
			func(c *Config) value { return intOf(&c.Groups) }},
		{"node-id", "name of this node in its cluster; fixed when the data directory is created",
			func(c *Config) value { return textOf(&c.Cluster.NodeID) }},
		{"cluster-listen", "address for the other nodes of a cluster; empty: a node for itself",
			func(c *Config) value { return textOf(&c.Cluster.Listen) }},
		{"peers", "first members of a cluster, this node included: 1=host:port,2=host:port,3=host:port",
			func(c *Config) value { return peersOf(&c.Cluster.Peers) }},
		{"cluster-cert", "PEM certificate of this node for TLS between nodes; read again when it changes",
			func(c *Config) value { return textOf(&c.Cluster.TLS.Cert) }},
		{"cluster-key", "PEM key of cluster-cert",
			func(c *Config) value { return textOf(&c.Cluster.TLS.Key) }},
		{"cluster-ca", "PEM certificates of those who sign the nodes' certificates",
			func(c *Config) value { return textOf(&c.Cluster.TLS.CA) }},
		{"hot-bytes", "memory for recent bytes of all streams",
			func(c *Config) value { return sizeOf(&c.Hot.Bytes) }},
		{"flush-at", "fraction of hot-bytes at which older bytes move to the cold store",
			func(c *Config) value { return fractionOf(&c.Hot.FlushAt) }},
		{"shed-at", "fraction of hot-bytes at which bytes that are cold already leave memory",
			func(c *Config) value { return fractionOf(&c.Hot.ShedAt) }},
		{"reject-at", "fraction of hot-bytes at which appends are answered 503",
			func(c *Config) value { return fractionOf(&c.Hot.RejectAt) }},
		{"segment-bytes", "size of one journal segment",
			func(c *Config) value { return sizeOf(&c.SegmentBytes) }},
		{"unfit-below", "free disk space below which a member of a cluster leads nothing; 0: twice segment-bytes",
			func(c *Config) value { return sizeOf(&c.Room.Low) }},
		{"fit-above", "free disk space from which it leads again; 0: twice unfit-below",
			func(c *Config) value { return sizeOf(&c.Room.High) }},
		{"long-poll-timeout", "longest wait of a long-poll for new data",
			func(c *Config) value { return durationOf(&c.LongPollTimeout) }},
		{"sse-rotate", "age at which an SSE connection is ended, for the client to open the next",
			func(c *Config) value { return durationOf(&c.SSERotate) }},
		{"sse-heartbeat", "silence after which an SSE connection gets a comment",
			func(c *Config) value { return durationOf(&c.SSEHeartbeat) }},
		{"drain-timeout", "longest wait for open requests after SIGTERM",
			func(c *Config) value { return durationOf(&c.DrainTimeout) }},
		{"max-body", "largest request body; beyond it 413",
			func(c *Config) value { return sizeOf(&c.Limits.Body) }},
		{"max-inflight-bytes", "request bodies held at once, all clients together; beyond it 503",
			func(c *Config) value { return sizeOf(&c.Limits.InflightBytes) }},
		{"max-header-bytes", "largest request line and headers; beyond it 431",
			func(c *Config) value { return sizeOf(&c.Limits.HeaderBytes) }},
		{"max-waiters", "live readers at once (long-poll and SSE); beyond it 429",
			func(c *Config) value { return intOf(&c.Limits.Waiters) }},
		{"max-producers", "producer identities that one stream remembers; beyond it 429",
			func(c *Config) value { return intOf(&c.Limits.Producers) }},
		{"public-url", "base of callback URLs and of the key set; empty: taken from each request",
			func(c *Config) value { return textOf(&c.PublicURL) }},
		{"cache", "who may keep catch-up reads: public (any cache) or private (the reader's own)",
			func(c *Config) value { return oneOf(&c.Cache, CachePublic, CachePrivate) }},
		{"cors-origin", "origin that browsers may call from",
			func(c *Config) value { return textOf(&c.CORSOrigin) }},
		{"allow-loopback-webhooks", "let webhooks reach loopback and private addresses",
			func(c *Config) value { return boolOf(&c.AllowLoopbackWebhooks) }},
		{"otlp-endpoint", "base URL of the collector that gets traces, by OTLP over HTTP; empty: there are none",
			func(c *Config) value { return textOf(&c.Traces.Endpoint) }},
		{"trace-sample", "fraction of requests that are traced, of those whose client has not decided",
			func(c *Config) value { return fractionOf(&c.Traces.Sample) }},
		{"pprof", "serve /debug/pprof on the admin address",
			func(c *Config) value { return boolOf(&c.Pprof) }},
		{"clock-offset", "added to the system's clock; for tests of clocks that disagree",
			func(c *Config) value { return durationOf(&c.ClockOffset) }},
		{"log-level", "least level that is logged: debug, info, warn or error",
			func(c *Config) value { return levelOf(&c.Log.Level) }},
		{"log-format", "encoding of log records: text or json",
			func(c *Config) value { return oneOf(&c.Log.Format, LogText, LogJSON) }},
	}
}
