// Package streamcmd is `ursula stream`: the protocol for people at a shell. Bytes come
// from standard input and go to standard output, offsets that a script may keep are
// printed on a line of their own, and everything else goes to standard error. The work
// is done by core/client; this package only joins it to flags and files.
package streamcmd

import (
	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/core/client"
)

// New returns the command with its subcommands.
func New() *cobra.Command {
	c := &connection{}
	group := usage.Group(&cobra.Command{
		Use:   "stream",
		Short: "Use a stream on any durable streams server",
		Example: `  ursula stream create http://127.0.0.1:4437/v1/stream/log --content-type text/plain </dev/null
  echo hello | ursula stream append http://127.0.0.1:4437/v1/stream/log
  ursula stream tail http://127.0.0.1:4437/v1/stream/log`,
	},
		newCreate(c), newAppend(c), newRead(c), newTail(c), newHead(c), newClose(c), newDelete(c),
	)
	group.PersistentFlags().IntVar(&c.attempts, "attempts", 8, "failures in a row before giving up; -1: never")
	return group
}

// connection opens the stream that a command names.
type connection struct{ attempts int }

func (c *connection) open(rawURL string) (*client.Stream, error) {
	s, err := client.Open(rawURL, client.Options{Retry: client.Retry{Attempts: c.attempts}})
	return s, usage.Wrap(err)
}

// command builds a subcommand that works on one stream.
func (c *connection) command(name, short string, run func(cmd *cobra.Command, s *client.Stream) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " URL",
		Short: short,
		Args:  usage.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.open(args[0])
			if err != nil {
				return err
			}
			return run(cmd, s)
		},
	}
}
