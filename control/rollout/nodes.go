package rollout

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"

	"ursula/control/admin"
)

// Processes reaches nodes by their admin ports, and starts them by the shell.
type Processes struct{}

var _ Nodes = Processes{}

// Probe implements Nodes.
func (Processes) Probe(ctx context.Context, n Node) (admin.Status, error) {
	c, err := admin.NewClient(n.Admin)
	if err != nil {
		return admin.Status{}, err
	}
	s, err := c.Status(ctx)
	switch op := new(net.OpError); {
	case errors.Is(err, syscall.ECONNREFUSED):
		return s, fmt.Errorf("node %s: %w: %w", n.ID, ErrDown, err)
	case errors.As(err, &op) && op.Op == "dial":
		return s, fmt.Errorf("node %s: %w: %w", n.ID, ErrUnreached, err)
	case err == nil && s.Node != n.ID:
		return s, fmt.Errorf("%s is node %s, not node %s", n.Admin, s.Node, n.ID)
	}
	return s, err
}

// Stop implements Nodes.
func (Processes) Stop(ctx context.Context, n Node) error {
	c, err := admin.NewClient(n.Admin)
	if err != nil {
		return err
	}
	return c.Stop(ctx, n.Boot)
}

// Start implements Nodes. Ids are letters, digits, _ and -, so that the shell takes
// them as they are.
func (Processes) Start(ctx context.Context, n Node, command string) error {
	line := strings.ReplaceAll(command, "{id}", n.ID)
	if out, err := exec.CommandContext(ctx, "sh", "-c", line).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %.500s", line, err, strings.TrimSpace(string(out)))
	}
	return nil
}
