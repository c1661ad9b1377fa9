package benchcmd

import (
	"fmt"
	"net"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/integration/bench"
)

// bareHandler is the hidden command that startBare runs as a child.
const bareHandler = "bare-handler"

// newBareCommand measures the yardstick: the append load on a handler that does nothing.
func newBareCommand() *cobra.Command {
	var opts runFlags
	cmd := &cobra.Command{
		Use:   "bare",
		Short: "Append to a bare net/http handler in a process of its own, as a yardstick",
		Args:  usage.Args(cobra.NoArgs),
	}
	load := appendFlags(cmd.Flags())
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		t, stop, err := startBare()
		if err != nil {
			return err
		}
		defer stop()
		return opts.run(cmd, load(), t)
	}
	return cmd
}

func startBare() (bench.Target, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return bench.Target{}, nil, fmt.Errorf("find this program: %w", err)
	}
	child := exec.Command(self, "bench", bareHandler)
	child.Stderr = os.Stderr
	return bench.StartBare(child)
}

func newBareHandlerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    bareHandler,
		Hidden: true,
		Args:   usage.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), ln.Addr())
			return bench.ServeBare(cmd.Context(), ln)
		},
	}
}
