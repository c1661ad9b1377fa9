// Package usage tells mistakes in a command line from failures of the command, so that
// the program can answer them with different exit codes. It knows cobra and no command.
package usage

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Error is a command line that makes no sense.
type Error struct{ err error }

func (e *Error) Error() string { return e.err.Error() }

func (e *Error) Unwrap() error { return e.err }

// Errorf makes an Error.
func Errorf(format string, args ...any) error {
	return &Error{fmt.Errorf(format, args...)}
}

// Wrap makes an Error of err, and nil of nil.
func Wrap(err error) error {
	if err == nil {
		return nil
	}
	return &Error{err}
}

// Args is check with its refusals as Errors.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return Wrap(check(cmd, args)) }
}

// Group makes cmd one that does nothing without a subcommand, and says so.
func Group(cmd *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs // an unknown subcommand arrives as an argument
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return Errorf("unknown command %q", cmd.CommandPath()+" "+args[0])
		}
		return Errorf("%s needs a command", cmd.CommandPath())
	}
	cmd.AddCommand(subcommands...)
	return cmd
}
