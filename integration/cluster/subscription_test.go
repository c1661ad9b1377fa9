package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

var errPending = errors.New("not all was acknowledged")

// TestSubscriptionsSurviveTheirLeader has webhooks follow streams while the node that
// leads most is paused until others have taken over, goes on, and is killed. Each wake
// has one generation and no two have the same, no two are worked on at once, and in
// the end all that was written is acknowledged.
func TestSubscriptionsSurviveTheirLeader(t *testing.T) {
	const count = 8 // over 4 groups
	c := Start(t, Config{Args: append(smallFlags(), "--allow-loopback-webhooks")})
	writers, endpoint := scribes(t, c, 4, 100), newHook(t)
	for i := range count {
		subscribe(t, c.Node(1+i%3), fmt.Sprintf("hook-%d", i), endpoint.url)
	}
	endpoint.setCalm(true)
	measure(t, writers, 10)
	requireAcknowledged(t, count, writers, c.Nodes()...)
	endpoint.setCalm(false)

	owner := awaitLeader(t, c)
	owner.Pause()
	measure(t, writers, 10)
	requireAcknowledged(t, count, writers, others(c, owner)...)
	stop := write(t, writers)
	owner.Resume()
	awaitCaughtUp(t, c, owner)
	stop()
	requireAcknowledged(t, count, writers, c.Nodes()...)

	owner = awaitLeader(t, c)
	stop = write(t, writers)
	owner.Kill()
	measureOne(t, c)
	stop()
	requireAcknowledged(t, count, writers, others(c, owner)...)
	stop = write(t, writers)
	owner.Restart()
	awaitShared(t, c)
	stop()
	requireAcknowledged(t, count, writers, c.Nodes()...)
	endpoint.setCalm(true)
	measure(t, writers, 30)
	requireAcknowledged(t, count, writers, c.Nodes()...)
	endpoint.require(t, count)
}

// awaitShared returns when each node leads some group, as it does when all are well.
func awaitShared(t *testing.T, c *Cluster) {
	t.Helper()
	await(t, func(ctx context.Context) error {
		status, err := c.Node(1).Status(ctx)
		if err != nil {
			return err
		}
		for _, m := range status.Members {
			if m.Leads == 0 || m.CaughtUp < len(status.Groups) {
				return fmt.Errorf("%w: %+v", errLeaderless, status.Members)
			}
		}
		return nil
	})
}

// measureOne writes to another stream until the cluster takes writes again.
func measureOne(t *testing.T, c *Cluster) {
	t.Helper()
	for i := range 4 {
		newScribe(t, c, fmt.Sprintf("beside/%d", i), 100).write(t, 5)
	}
}

func others(c *Cluster, without *Node) (nodes []*Node) {
	for _, node := range c.Nodes() {
		if node != without {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

const control = "/v1/stream/__ds/subscriptions/"

// subscribe has an endpoint told of what is written to the streams of scribes.
func subscribe(t *testing.T, node *Node, id, url string) {
	t.Helper()
	body := fmt.Sprintf(`{"type":"webhook","pattern":"scribed/*","webhook":{"url":%q}}`, url)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, node.URL()+control+id, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("subscribe %s at node %d: %s", id, node.ID, response.Status)
	}
}

// requireAcknowledged waits until each subscription, as each of the nodes tells it,
// has everything behind it that was written.
func requireAcknowledged(t *testing.T, subscriptions int, writers []*scribe, nodes ...*Node) {
	t.Helper()
	begin := time.Now()
	defer func() { t.Logf("acknowledged after %v", time.Since(begin).Round(time.Millisecond)) }()
	for i := range subscriptions {
		for _, node := range nodes {
			await(t, func(ctx context.Context) error {
				return acknowledged(ctx, node, fmt.Sprintf("hook-%d", i), writers)
			})
		}
	}
}

func acknowledged(ctx context.Context, node *Node, id string, writers []*scribe) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, node.URL()+control+id, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var document struct {
		Streams []struct {
			Path  string `json:"path"`
			Acked string `json:"acked_offset"`
		} `json:"streams"`
	}
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
		return err
	}
	acked := map[string]string{}
	for _, link := range document.Streams {
		acked[link.Path] = link.Acked
	}
	for _, w := range writers {
		if want := fmt.Sprintf("%016d_%016d", 0, w.written.Len()); acked[w.stream] != want {
			return fmt.Errorf("%w: node %d, %s: %s is at %q, want %s", errPending, node.ID, id, w.stream, acked[w.stream], want)
		}
	}
	return nil
}
