package benchcmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/integration/bench"
)

// compareFlags say what is compared.
type compareFlags struct {
	runFlags
	targets []string
	bare    bool
	rounds  int
}

// newCompareCommand runs one workload on several servers in turn.
func newCompareCommand() *cobra.Command {
	var f compareFlags
	group := usage.Group(&cobra.Command{
		Use:   "compare",
		Short: "Run one workload on several servers in turn, and print medians and ratios",
		Example: `  ursula bench compare --bare --target ours=http://127.0.0.1:4437/v1/stream,pid=123 \
    --target peer=http://127.0.0.1:4500/v1/stream,pid=456 append --streams 500`,
	})
	flags := group.PersistentFlags()
	flags.StringArrayVar(&f.targets, "target", nil, "a server as `name=url[,url...][,pid=PID...]`, with a URL for each node; repeat for each server")
	flags.BoolVar(&f.bare, "bare", false, "compare with a bare net/http handler, too (append only)")
	flags.IntVar(&f.rounds, "rounds", 3, "runs on each server")
	f.add(flags)
	for _, w := range workloads() {
		group.AddCommand(f.command(w))
	}
	return group
}

func (f *compareFlags) command(w workload) *cobra.Command {
	cmd := &cobra.Command{Use: w.name, Short: w.short, Args: usage.Args(cobra.NoArgs)}
	load := w.flags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return f.compare(cmd, load()) }
	return cmd
}

func (f *compareFlags) compare(cmd *cobra.Command, w bench.Workload) error {
	if err := f.check(); err != nil {
		return err
	}
	targets, err := parseTargets(f.targets)
	if err != nil {
		return err
	}
	if f.bare {
		t, stop, err := startBare()
		if err != nil {
			return err
		}
		defer stop()
		targets = append([]bench.Target{t}, targets...)
	}
	if len(targets) == 0 || f.rounds < 1 {
		return usage.Errorf("compare needs a --target and at least one of --rounds")
	}
	report := bench.NewReport(f.fsync)
	if report.Results, err = bench.Compare(cmd.Context(), w, targets, f.rounds, f.options(cmd.ErrOrStderr())); err != nil {
		return err
	}
	if err := bench.WriteComparison(cmd.OutOrStdout(), report.Results); err != nil {
		return err
	}
	return f.publish(cmd, report)
}

func parseTargets(specs []string) ([]bench.Target, error) {
	targets := make([]bench.Target, 0, len(specs))
	for _, spec := range specs {
		t, err := parseTarget(spec)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// parseTarget reads name=url[,url...][,pid=PID...].
func parseTarget(spec string) (bench.Target, error) {
	name, rest, found := strings.Cut(spec, "=")
	if !found || name == "" {
		return bench.Target{}, usage.Errorf("--target is name=url[,url...][,pid=PID...], not %q", spec)
	}
	var urls []string
	var pids []int
	for part := range strings.SplitSeq(rest, ",") {
		text, isPID := strings.CutPrefix(part, "pid=")
		if !isPID {
			urls = append(urls, part)
			continue
		}
		pid, err := strconv.Atoi(text)
		if err != nil {
			return bench.Target{}, usage.Wrap(fmt.Errorf("--target %s: pid: %w", name, err))
		}
		pids = append(pids, pid)
	}
	return target(name, urls, pids)
}
