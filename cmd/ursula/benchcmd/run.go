package benchcmd

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ursula/cmd/ursula/usage"
	"ursula/integration/bench"
)

// runFlags are the flags of every workload.
type runFlags struct {
	warmup, duration time.Duration
	json             string
	fsync            string
}

func (f *runFlags) add(flags *pflag.FlagSet) {
	flags.DurationVar(&f.warmup, "warmup", 2*time.Second, "load before counting starts")
	flags.DurationVar(&f.duration, "duration", 10*time.Second, "counted load")
	flags.StringVar(&f.json, "json", "", "also write the report as JSON to this `file`")
	flags.StringVar(&f.fsync, "fsync", "unknown", "whether the server syncs before it acknowledges: yes, no or unknown; only printed")
}

// run runs a workload on one target and reports it.
func (f *runFlags) run(cmd *cobra.Command, w bench.Workload, t bench.Target) error {
	if err := f.check(); err != nil {
		return err
	}
	result, err := w.Run(cmd.Context(), t, f.options(cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	report := bench.NewReport(f.fsync)
	report.Results = append(report.Results, result)
	return f.publish(cmd, report)
}

func (f *runFlags) check() error {
	switch f.fsync {
	case "yes", "no", "unknown":
		return nil
	}
	return usage.Errorf("--fsync is yes, no or unknown, not %q", f.fsync)
}

func (f *runFlags) options(progress io.Writer) bench.Options {
	return bench.Options{Warmup: f.warmup, Duration: f.duration, Progress: func(line string) {
		fmt.Fprintln(progress, line)
	}}
}

// publish prints the report, and fails when a run had errors.
func (f *runFlags) publish(cmd *cobra.Command, report bench.Report) error {
	if err := report.WriteTable(cmd.OutOrStdout()); err != nil {
		return err
	}
	if f.json != "" {
		if err := writeFile(f.json, report.WriteJSON); err != nil {
			return err
		}
	}
	for _, r := range report.Results {
		if n := r.ErrorCount(); n > 0 {
			return fmt.Errorf("%s on %s had %d errors", r.Workload, r.Target, n)
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		_ = file.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return file.Close()
}

// target parses where the load goes.
func target(name string, urls []string, pids []int) (bench.Target, error) {
	t, err := bench.ParseTarget(name, urls, pids...)
	return t, usage.Wrap(err)
}
