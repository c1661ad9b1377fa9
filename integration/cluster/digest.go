package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Digest is what one node says of its replica of one group.
type Digest struct {
	Applied uint64
	Bytes   int64
	SHA256  string
}

var (
	// ErrDiverged means that two nodes have applied as much and have another state.
	ErrDiverged = errors.New("replicas differ")
	errDigest   = errors.New("no digest")
	errBehind   = errors.New("replicas have not applied as much as each other")
)

const (
	// catchUp is how long a node is to wait for what another one has applied.
	catchUp = 250 * time.Millisecond
	// again is the pause before a question is repeated.
	again = 20 * time.Millisecond
)

// Digest asks the node for its digest of a group, as of index from if that comes
// soon.
func (n *Node) Digest(ctx context.Context, group uint32, from uint64) (Digest, error) {
	var d Digest
	url := fmt.Sprintf("%s/v1/node/groups/%d/digest?from=%d&wait=%v", n.AdminURL(), group, from, catchUp)
	return d, n.ask(ctx, url, &d, errDigest)
}

func (n *Node) ask(ctx context.Context, url string, into any, failed error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: node %d answers %s", failed, n.ID, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// CompareReplicas returns nil when all living nodes have the same state of every
// group, to the byte, and ErrDiverged when two do not. It is for a cluster that
// nobody writes to any more: until ctx ends it waits for all to have applied as much.
func (c *Cluster) CompareReplicas(ctx context.Context) error {
	status, err := c.status(ctx)
	if err != nil {
		return err
	}
	for _, group := range status.Groups {
		if err := c.compare(ctx, group.ID); err != nil {
			return fmt.Errorf("group %d: %w", group.ID, err)
		}
	}
	return nil
}

func (c *Cluster) compare(ctx context.Context, group uint32) error {
	for from := uint64(0); ; {
		digests, err := c.digests(ctx, group, from)
		if err == nil {
			if from, err = judge(digests); !errors.Is(err, errBehind) {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		case <-time.After(again):
		}
	}
}

// digests asks all living nodes at the same time.
func (c *Cluster) digests(ctx context.Context, group uint32, from uint64) (map[int]Digest, error) {
	var all sync.WaitGroup
	var mu sync.Mutex
	digests, errs := map[int]Digest{}, []error(nil)
	for _, node := range c.nodes {
		if !node.Alive() {
			continue
		}
		all.Go(func() {
			d, err := node.Digest(ctx, group, from)
			mu.Lock()
			defer mu.Unlock()
			digests[node.ID] = d
			errs = append(errs, err)
		})
	}
	all.Wait()
	return digests, errors.Join(errs...)
}

// judge compares, or tells the index that all have to reach first.
func judge(digests map[int]Digest) (newest uint64, err error) {
	for _, d := range digests {
		newest = max(newest, d.Applied)
	}
	for id, d := range digests {
		for other, e := range digests {
			switch {
			case d.Applied < e.Applied:
				return newest, fmt.Errorf("%w: node %d at %d, node %d at %d", errBehind, id, d.Applied, other, e.Applied)
			case d.Applied == e.Applied && d != e:
				return newest, fmt.Errorf("%w: node %d has %+v, node %d %+v", ErrDiverged, id, d, other, e)
			}
		}
	}
	return newest, nil
}
