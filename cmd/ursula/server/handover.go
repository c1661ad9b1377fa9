package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"ursula/core/subscription"
)

// handoverPatience bounds how long the driver of a subscription may take to hear of it.
const handoverPatience = 5 * time.Second

var errNoDriver = errors.New("nobody else is known to drive it")

// openControl opens a stream for requests about subscriptions.
func (c *cluster) openControl(ctx context.Context, node string) (net.Conn, error) {
	return c.links.Open(ctx, node, serviceControl)
}

// newHandover returns subscription.Options.HandOver: the driver is asked for the
// subscription, and looks at it because it is asked.
func newHandover(root string, leader func(home string) (node string, here bool),
	open func(ctx context.Context, node string) (net.Conn, error),
) func(ctx context.Context, id string) error {
	client := &http.Client{Transport: toNodes(open, 1), Timeout: handoverPatience}
	return func(ctx context.Context, id string) error {
		node, here := leader(subscription.Home(id))
		if here || node == "" {
			return errNoDriver
		}
		to := (&url.URL{Scheme: "http", Host: node}).JoinPath(root, "__ds", "subscriptions", url.PathEscape(id))
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if s := response.StatusCode; s != http.StatusOK && s != http.StatusNotFound {
			return fmt.Errorf("node %s answers %d", node, s)
		}
		return nil
	}
}
