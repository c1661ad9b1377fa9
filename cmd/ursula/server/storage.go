package server

import (
	"time"

	"ursula/core/cold"
	"ursula/core/node"
	"ursula/core/vfs"
)

// nodeOptions translates the configuration into the node's terms.
func (s *Server) nodeOptions() node.Options {
	c := &s.config
	return node.Options{
		FS: vfs.OS{}, Dir: c.Data, Engine: node.Engine(c.Engine),
		Groups: c.Groups, SegmentBytes: c.SegmentBytes, MaxProducers: c.Limits.Producers,
		Marks: cold.Marks{
			Flush: s.hotMark(c.Hot.FlushAt), Shed: s.hotMark(c.Hot.ShedAt), Reject: s.hotMark(c.Hot.RejectAt),
		},
		Room:    node.Room(c.LeadRoom()),
		Publish: s.publish,
		Led:     s.led, Restored: s.hub.WakeAll, Succeeded: s.hub.Wake,
		Now:     func() time.Time { return time.Now().Add(c.ClockOffset) },
		OnFatal: s.fail,
		OnSync:  s.telemetry.Synced,
		Logger:  s.log,
		Tracer:  s.telemetry.Tracer(),
	}
}

// hotMark is a share of the memory for hot bytes.
func (s *Server) hotMark(share float64) int64 { return int64(share * float64(s.config.Hot.Bytes)) }
