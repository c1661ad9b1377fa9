// Package config is the configuration of `ursula serve`: one typed value, loaded
// from flags, the environment, a TOML file and defaults, in that order of weight.
//
// Every key is described once, in the table of keys.go; flags, environment names,
// file keys, the printed form and docs/configuration.md all follow from it. All
// four sources speak the same text, so a value is parsed by one parser wherever
// it was written. A key that the table does not know is refused by its name, and
// all problems are reported together.
//
// The package knows nothing about what the values do: it neither opens a data
// directory nor a socket, and it reads the environment and the file only in Load.
package config

import (
	"cmp"
	"log/slog"
	"time"
)

// Engine names the replication and durability of all groups of a server.
type Engine string

// The engines that a server can run.
const (
	EngineRaftWAL    Engine = "raft-wal"    // Raft over the journal: acknowledged bytes are on disk
	EngineRaftMemory Engine = "raft-memory" // Raft over memory: a restart loses everything
	EngineMemory     Engine = "memory"      // no Raft, no disk: a restart loses everything
)

// LogFormat is the encoding of log records.
type LogFormat string

// The formats of a log record.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Cache is the first word of Cache-Control on catch-up reads: who may keep a copy.
type Cache string

// The caches that may keep catch-up reads.
const (
	CachePublic  Cache = "public"
	CachePrivate Cache = "private"
)

// Config is everything that `ursula serve` can be told. A value that Load returned
// has passed Validate. It is a plain value: copy it, share it, do not change it.
type Config struct {
	Listen      string // host:port of the protocol
	AdminListen string // host:port of health, metrics and pprof
	PublicURL   string // base of callback URLs and of the key set; empty: taken from each request
	CORSOrigin  string // Access-Control-Allow-Origin
	Cache       Cache

	Data         string // directory of journal, snapshots and cold objects
	Engine       Engine
	Groups       int   // 0: eight for each core; fixed once Data has been created
	SegmentBytes int64 // size of one journal segment
	Room         Room

	LongPollTimeout time.Duration
	SSERotate       time.Duration // age at which a live connection is ended cleanly
	SSEHeartbeat    time.Duration // silence after which a comment is sent
	DrainTimeout    time.Duration // longest wait for open requests after SIGTERM

	Cluster Cluster
	Hot     Hot
	Limits  Limits
	Log     Log
	Traces  Traces

	AllowLoopbackWebhooks bool
	Pprof                 bool
	ClockOffset           time.Duration // added to what the system's clock says; for tests
}

// Cluster is how this node takes part in a cluster. Without Listen it does not.
type Cluster struct {
	NodeID string   // this node's name in the cluster
	Listen string   // host:port for the other nodes; empty: a node for itself
	Peers  Peers    // the first members, this node included
	TLS    TLSFiles // empty: plain TCP
}

// Enabled says whether the node takes part in a cluster.
func (c Cluster) Enabled() bool { return c.Listen != "" }

// TLSFiles name the PEM files of mutual TLS between nodes: all or none.
type TLSFiles struct{ Cert, Key, CA string }

// Room is the free disk space that a member of a cluster needs to lead: below Low it
// leads nothing, and from High on it does again. 0 stands for twice SegmentBytes, and
// for twice Low.
type Room struct{ Low, High int64 }

// LeadRoom returns Room with nothing left out.
func (c Config) LeadRoom() Room {
	r := c.Room
	r.Low = cmp.Or(r.Low, 2*c.SegmentBytes)
	r.High = cmp.Or(r.High, 2*r.Low)
	return r
}

// Hot is the memory budget for recent bytes of one node, and how full it may get
// before something happens. The marks are fractions of Bytes, FlushAt < ShedAt < RejectAt.
type Hot struct {
	Bytes    int64
	FlushAt  float64 // older bytes are moved to the cold store
	ShedAt   float64 // bytes that are already cold leave memory
	RejectAt float64 // appends are answered 503 with Retry-After
}

// Limits bounds what clients can make the server hold.
type Limits struct {
	Body          int64 // bytes of one request body
	InflightBytes int64 // bytes of all request bodies that are not yet acknowledged
	HeaderBytes   int64 // bytes of one request's line and headers
	Waiters       int   // live readers of the node
	Producers     int   // producer identities that one stream remembers
}

// Log is what is logged, and how.
type Log struct {
	Level  slog.Level
	Format LogFormat
}

// Traces is which requests are followed, and who is told.
type Traces struct {
	Endpoint string  // base URL of a collector that speaks OTLP over HTTP; empty: nothing is followed
	Sample   float64 // share of the requests that no client has decided about
}

// Enabled says whether any request is followed.
func (t Traces) Enabled() bool { return t.Endpoint != "" }

// Default returns the configuration of a server that was told nothing.
func Default() Config {
	return Config{
		Listen:          "127.0.0.1:4437",
		AdminListen:     "127.0.0.1:4438",
		CORSOrigin:      "*",
		Cache:           CachePublic,
		Data:            "./data",
		Engine:          EngineRaftWAL,
		SegmentBytes:    64 * mib,
		LongPollTimeout: 30 * time.Second,
		SSERotate:       60 * time.Second,
		SSEHeartbeat:    15 * time.Second,
		DrainTimeout:    10 * time.Second,
		Hot:             Hot{Bytes: 256 * mib, FlushAt: 0.5, ShedAt: 0.75, RejectAt: 1},
		Limits: Limits{
			Body: 32 * mib, InflightBytes: 256 * mib, HeaderBytes: 64 * kib,
			Waiters: 100_000, Producers: 1000,
		},
		Cluster: Cluster{NodeID: "1"},
		Traces:  Traces{Sample: 0.01},
		Log:     Log{Level: slog.LevelInfo, Format: LogText},
	}
}
