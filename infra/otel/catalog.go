package otel

// figure is a value of the snapshot and how it is told. The exporter makes its
// name from name, unit and kind: ursula.hot in bytes becomes ursula_hot_bytes,
// and a counter ends in _total.
type figure struct {
	name  string
	unit  string // in UCUM: "By" is bytes, "{stream}" counts streams
	grows bool   // a counter; otherwise a gauge
	help  string
	value func(*Snapshot) int64
}

// bytes is the unit of bytes in UCUM.
const bytes = "By"

// catalog lists what is read from a snapshot. Names are an interface: whoever
// changes one breaks dashboards.
func catalog() []figure {
	var all []figure
	all = append(all, stateFigures()...)
	all = append(all, journalFigures()...)
	all = append(all, flushFigures()...)
	return append(all, coldFigures()...)
}

func stateFigures() []figure {
	return []figure{
		{"ursula.groups", "{group}", false, "Groups on this server.",
			func(s *Snapshot) int64 { return s.Groups }},
		{"ursula.groups.leading", "{group}", false, "Groups that this server leads.",
			func(s *Snapshot) int64 { return s.Leading }},
		{"ursula.streams", "{stream}", false, "Streams in the groups on this server.",
			func(s *Snapshot) int64 { return s.Streams }},
		{"ursula.ready", "", false, "1 while /readyz is 200, else 0.",
			func(s *Snapshot) int64 { return s.Ready }},
		{"ursula.hot", bytes, false, "Memory that holds recent bytes of streams.",
			func(s *Snapshot) int64 { return s.Memory.Hot }},
		{"ursula.hot.limit", bytes, false, "Hot bytes at which appends are answered 503.",
			func(s *Snapshot) int64 { return s.Memory.Limit }},
		{"ursula.unflushed", bytes, false, "Hot bytes that are not in the cold store yet.",
			func(s *Snapshot) int64 { return s.Memory.Unflushed }},
		{"ursula.live.readers", "{reader}", false, "Open long-polls and SSE connections.",
			func(s *Snapshot) int64 { return s.Readers.Live }},
		{"ursula.tail.watches", "{watch}", false, "Watches of stream tails, by live readers and others.",
			func(s *Snapshot) int64 { return s.Readers.Watches }},
	}
}

func journalFigures() []figure {
	return []figure{
		{"ursula.journal.segments", "{segment}", false, "Journal segments on disk.",
			func(s *Snapshot) int64 { return s.Journal.Segments }},
		{"ursula.journal.disk", bytes, false, "Size of all journal segments, prepared ones included.",
			func(s *Snapshot) int64 { return s.Journal.Disk }},
		{"ursula.journal.live", bytes, false, "Journal records that a restart would still need.",
			func(s *Snapshot) int64 { return s.Journal.Live }},
		{"ursula.journal.records", "{record}", true, "Records written to the journal.",
			func(s *Snapshot) int64 { return s.Journal.Records }},
	}
}

func flushFigures() []figure {
	return []figure{
		{"ursula.flush.objects", "{object}", true, "Objects that flushes put into the cold store.",
			func(s *Snapshot) int64 { return s.Cold.FlushedObjects }},
		{"ursula.flush.object", bytes, true, "Size of the objects that flushes put.",
			func(s *Snapshot) int64 { return s.Cold.FlushedBytes }},
		{"ursula.flush.stream", bytes, true, "Stream bytes in the objects that flushes put.",
			func(s *Snapshot) int64 { return s.Cold.FlushedStream }},
		{"ursula.flush.put.failures", "{failure}", true, "Objects that the cold store did not take.",
			func(s *Snapshot) int64 { return s.Cold.PutFailures }},
		{"ursula.flush.commit.failures", "{failure}", true, "Flushes and sweeps whose record in the group failed or is unknown.",
			func(s *Snapshot) int64 { return s.Cold.CommitFailures }},
		{"ursula.shed", bytes, true, "Hot bytes dropped from memory because the cold store has them.",
			func(s *Snapshot) int64 { return s.Cold.Shed }},
	}
}

func coldFigures() []figure {
	return []figure{
		{"ursula.cold.objects", "{object}", false, "Objects in the cold store that groups here refer to.",
			func(s *Snapshot) int64 { return s.Cold.Objects }},
		{"ursula.cold", bytes, false, "Size of the objects that groups here refer to.",
			func(s *Snapshot) int64 { return s.Cold.Bytes }},
		{"ursula.cold.reads", "{read}", true, "Ranges read from the cold store.",
			func(s *Snapshot) int64 { return s.Cold.Reads }},
		{"ursula.cold.read", bytes, true, "Stream bytes read from the cold store.",
			func(s *Snapshot) int64 { return s.Cold.ReadBytes }},
		{"ursula.cold.index.reads", "{read}", true, "Indexes of objects loaded from the cold store.",
			func(s *Snapshot) int64 { return s.Cold.IndexReads }},
		{"ursula.cold.read.failures", "{failure}", true, "Reads of ranges or indexes that failed.",
			func(s *Snapshot) int64 { return s.Cold.ReadFailures }},
		{"ursula.sweep.deleted", "{object}", true, "Objects deleted because nothing reaches them any more.",
			func(s *Snapshot) int64 { return s.Cold.Deleted }},
		{"ursula.sweep.orphans", "{object}", true, "Objects deleted that no group ever referred to.",
			func(s *Snapshot) int64 { return s.Cold.Orphans }},
		{"ursula.sweep.failures", "{failure}", true, "Deletions and listings that the cold store refused.",
			func(s *Snapshot) int64 { return s.Cold.SweepFailures }},
	}
}
