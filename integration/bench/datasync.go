package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Datasync writes to a file and syncs each write: the least that a durable append can
// cost on a disk, as a yardstick. The file has its final size from the start and is used
// from its start again when it is full, as a journal's segments are.
type Datasync struct {
	Dir     string // on the disk that is measured
	Payload int    // bytes of one write
}

// datasyncFile is the size of the file that is written to.
const datasyncFile = 32 << 20

// Name implements Workload.
func (d Datasync) Name() string { return "datasync" }

// Parameters implements Workload.
func (d Datasync) Parameters() []Parameter {
	return []Parameter{{"payload", strconv.Itoa(d.Payload)}}
}

// Run implements Workload. The target only gives the result its name.
func (d Datasync) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	f, err := d.create()
	if err != nil {
		return Result{}, fmt.Errorf("prepare a file to sync: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	rec := newRecorder()
	start := time.Now()
	payload := make([]byte, d.Payload)
	for at := int64(0); ctx.Err() == nil && time.Since(start) < opts.Warmup+opts.Duration; at += int64(d.Payload) {
		rec.open.Store(time.Since(start) >= opts.Warmup)
		began := time.Now()
		if err := writeThrough(f, payload, at%(datasyncFile-int64(d.Payload))); err != nil {
			return Result{}, err
		}
		rec.done(0, time.Since(began))
	}
	r := newResult(d, t)
	hist, _ := rec.totals()
	r.add("syncs", float64(hist.TotalCount()), unitCount)
	r.addLatencies("sync ", hist)
	return r, ctx.Err()
}

func (d Datasync) create() (*os.File, error) {
	f, err := os.Create(filepath.Join(d.Dir, "datasync-"+runName()))
	if err != nil {
		return nil, err
	}
	if err := writeThrough(f, make([]byte, datasyncFile), 0); err != nil {
		_ = f.Close()
		_ = os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

func writeThrough(f *os.File, p []byte, at int64) error {
	if _, err := f.WriteAt(p, at); err != nil {
		return err
	}
	return datasync(f)
}
