package otel

// Snapshot is what a server holds at an instant and has done since it started.
// Bytes are bytes and the rest are counts.
type Snapshot struct {
	Groups  int64 // here
	Leading int64 // groups that this server leads
	Streams int64 // in the groups here
	Ready   int64 // 1 if this server takes requests, else 0

	Memory  Memory
	Cold    Cold
	Journal Journal
	Readers Readers
}

// Memory is what streams take of it.
type Memory struct {
	Hot       int64 // stream bytes in memory
	Limit     int64 // hot bytes at which appends are refused
	Unflushed int64 // hot bytes that are not in the cold store yet
}

// Cold is the cold store's content and its traffic. All but Objects and Bytes
// only grow.
type Cold struct {
	Objects int64
	Bytes   int64

	FlushedObjects int64
	FlushedBytes   int64 // of those objects
	FlushedStream  int64 // stream bytes in them
	Shed           int64 // bytes that left memory because they are cold

	Reads      int64
	ReadBytes  int64
	IndexReads int64
	Deleted    int64 // objects that nothing referred to any more
	Orphans    int64 // objects that no state ever knew

	PutFailures    int64
	CommitFailures int64
	SweepFailures  int64
	ReadFailures   int64
}

// Journal is what the journals of all shards hold. Records only grows.
type Journal struct {
	Segments int64
	Disk     int64 // bytes of files
	Live     int64 // bytes of records that are still needed
	Records  int64 // written
}

// Readers are those who wait at a tail.
type Readers struct {
	Live    int64 // open long-polls and SSE connections
	Watches int64 // of stream tails, by live readers and whoever else follows
}
