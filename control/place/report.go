package place

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Replica is what a node knows of its own replica of a group.
type Replica struct {
	Group    uint32
	Leader   string // whom it believes to lead, "" for nobody
	Leads    bool   // this node leads and serves
	Term     uint64
	Settled  bool     // it leads, and the newest voters and learners are committed
	Voters   []string // of the newest configuration
	Learners []string
	Last     uint64 // index of the newest log entry
	Applied  uint64 // index of the newest command applied
}

// Report is what a node tells the others about itself.
type Report struct {
	Roster uint64 `json:"roster"`          // version of the roster that it goes by, 0 for none
	Unfit  string `json:"unfit,omitempty"` // why it must not lead
	Cold   Cold   `json:"cold,omitzero"`   // its copies of cold objects
	Logs   []Log  `json:"logs"`            // of its replicas
	Led    []Led  `json:"led,omitempty"`   // the groups that it leads
}

// Log is how far a replica is.
type Log struct {
	Group   uint32 `json:"g"`
	Last    uint64 `json:"l,omitempty"`
	Applied uint64 `json:"a,omitempty"`
}

// Led is a group by its leader's words.
type Led struct {
	Group    uint32   `json:"g"`
	Term     uint64   `json:"t"`
	Settled  bool     `json:"s,omitempty"`
	Voters   []string `json:"v"`
	Learners []string `json:"n,omitempty"`
}

// NewReport says what a node tells of its replicas.
func NewReport(roster uint64, unfit string, cold Cold, own []Replica) Report {
	r := Report{Roster: roster, Unfit: unfit, Cold: cold, Logs: make([]Log, 0, len(own))}
	for _, o := range own {
		r.Logs = append(r.Logs, Log{o.Group, o.Last, o.Applied})
		if o.Leads {
			r.Led = append(r.Led, Led{o.Group, o.Term, o.Settled, o.Voters, o.Learners})
		}
	}
	return r
}

// reportFormat is the version of the encoded report, and maxReport its size in
// bytes: some 100 for each of 65536 groups.
const (
	reportFormat = 1
	maxReport    = 8 << 20
)

// ErrReport says that what came is not a report that this program reads.
var ErrReport = errors.New("not a report of this version")

type encodedReport struct {
	Format int `json:"format"`
	Report
}

// Encode returns the report as JSON (docs/formats/control.md).
func (r Report) Encode() ([]byte, error) { return json.Marshal(encodedReport{reportFormat, r}) }

// DecodeReport reads what Encode wrote.
func DecodeReport(data []byte) (Report, error) {
	var r encodedReport
	if len(data) > maxReport {
		return Report{}, fmt.Errorf("%w: %d bytes", ErrReport, len(data))
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, fmt.Errorf("%w: %w", ErrReport, err)
	}
	if r.Format != reportFormat {
		return Report{}, fmt.Errorf("%w: format %d", ErrReport, r.Format)
	}
	return r.Report, nil
}
