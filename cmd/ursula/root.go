package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/benchcmd"
	"ursula/cmd/ursula/ctlcmd"
	"ursula/cmd/ursula/streamcmd"
	"ursula/cmd/ursula/usage"
)

// Exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// run carries out a command line and returns its exit code. An error is one line on
// stderr, a wrong command line also a hint at the help.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "ursula: %v\n", err)
	var mistake *usage.Error
	if !errors.As(err, &mistake) {
		return exitFailed
	}
	fmt.Fprintf(stderr, "Try '%s --help'.\n", cmd.CommandPath())
	return exitUsage
}

func newRoot() *cobra.Command {
	root := usage.Group(&cobra.Command{
		Use:           "ursula",
		Short:         "Durable streams over plain HTTP",
		SilenceErrors: true,
		SilenceUsage:  true,
	},
		newServeCommand(serve),
		newConfigCommand(),
		streamcmd.New(),
		ctlcmd.New(),
		benchcmd.New(),
		newVersionCommand(),
	)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage.Wrap(err) })
	return root
}
