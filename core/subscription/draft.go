package subscription

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

// The keys of records. Links have a prefix of their own so that listing the
// subscriptions does not pass over their links.
const (
	headPrefix = "sub/"
	linkPrefix = "link/"
)

// Home is the routing key of a subscription's records: the node that leads its
// group is the one that drives it.
func Home(id string) string { return headPrefix + id }

func headKey(id string) string       { return headPrefix + id }
func linksKey(id string) string      { return linkPrefix + id + "/" }
func linkKey(id, path string) string { return linksKey(id) + path }

// draft is a subscription as it was read, with the changes that are to be
// committed as one. It belongs to one goroutine.
type draft struct {
	head    wake.Subscription
	version uint64 // of the head's record; 0 when there is none yet
	mark    uint64 // the index's clock when the draft was read

	changed bool
	links   map[string]*wake.Link // staged: nil drops the link

	records  Records
	streams  Streams
	maxLinks int
}

// set stages a new head.
func (d *draft) set(head wake.Subscription) { d.head, d.changed = head, true }

// add stages a link that did not exist. It wraps ErrLimit when there are as
// many as there may be.
func (d *draft) add(link wake.Link) error {
	if d.head.Links >= d.maxLinks {
		return fmt.Errorf("%w: %d streams", ErrLimit, d.maxLinks)
	}
	d.head.Links++
	d.put(link)
	return nil
}

// put stages a changed link.
func (d *draft) put(link wake.Link) { d.links[link.Path], d.changed = &link, true }

// drop stages the removal of a link that exists.
func (d *draft) drop(path string) {
	d.head.Links--
	d.links[path], d.changed = nil, true
}

// link returns one link, staged changes included.
func (d *draft) link(ctx context.Context, path string) (link wake.Link, ok bool, err error) {
	if staged, is := d.links[path]; is {
		if staged == nil {
			return wake.Link{}, false, nil
		}
		return *staged, true, nil
	}
	value, version, err := d.records.Get(ctx, Home(d.head.ID), linkKey(d.head.ID, path))
	if err != nil || version == 0 {
		return wake.Link{}, false, wrap("read link", err)
	}
	link, err = wake.DecodeLink(path, value)
	return link, err == nil, err
}

// all returns every link in the order of paths, staged changes included.
func (d *draft) all(ctx context.Context) ([]wake.Link, error) {
	links, err := readLinks(ctx, d.records, d.head.ID)
	if err != nil {
		return nil, err
	}
	for path, staged := range d.links {
		delete(links, path)
		if staged != nil {
			links[path] = *staged
		}
	}
	sorted := make([]wake.Link, 0, len(links))
	for _, path := range slices.Sorted(maps.Keys(links)) {
		sorted = append(sorted, links[path])
	}
	return sorted, nil
}

func readLinks(ctx context.Context, records Records, id string) (map[string]wake.Link, error) {
	links := make(map[string]wake.Link)
	var damage error
	err := records.List(ctx, Home(id), linksKey(id), func(key string, value []byte, _ uint64) bool {
		path := strings.TrimPrefix(key, linksKey(id))
		links[path], damage = wake.DecodeLink(path, value)
		return damage == nil
	})
	return links, wrap("list links", errors.Join(err, damage))
}

// batch is the draft as one compare-and-set. The head is always written: its
// version is what serialises every change of the subscription.
func (d *draft) batch() (stream.RecordBatch, error) {
	head, err := d.head.Encode()
	if err != nil {
		return stream.RecordBatch{}, err
	}
	batch := stream.RecordBatch{
		Checks: []stream.RecordCheck{{Key: headKey(d.head.ID), Version: d.version}},
		Sets:   []stream.RecordSet{{Key: headKey(d.head.ID), Value: head}},
	}
	for _, path := range slices.Sorted(maps.Keys(d.links)) {
		set := stream.RecordSet{Key: linkKey(d.head.ID, path)}
		if link := d.links[path]; link != nil {
			set.Value = link.Encode()
		}
		batch.Sets = append(batch.Sets, set)
	}
	return batch, nil
}

func wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("subscription: %s: %w", operation, err)
}
