package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ursula/control/member"
	"ursula/core/node"
)

// formation finds out, before anything else starts, what this node is part of:
// its peers are asked until member.Decide knows.
type formation struct {
	membership *membership
	peers      []member.Peer
	address    string // where the others reach this node
	groups     int    // that a new cluster would have
	call       func(ctx context.Context, peer string, m method, payload []byte) ([]byte, error)
	log        *slog.Logger
}

// How long a peer may take to answer, and how often peers are asked that have
// not been there: nothing tells when another process starts.
const (
	helloPatience = 2 * time.Second
	helloPause    = 250 * time.Millisecond
)

// run returns once the directory is formed, or with the reason why it cannot be.
func (f *formation) run(ctx context.Context) error {
	for said := ""; ; {
		d := member.Decide(f.hello(), f.ask(ctx))
		if d.Reason != "" && d.Reason != said {
			f.log.Info("cluster: "+d.Reason, "decision", d.Do.String())
			said = d.Reason
		}
		done, err := f.carryOut(ctx, d)
		if done || err != nil {
			return err
		}
		select {
		case <-time.After(helloPause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (f *formation) carryOut(ctx context.Context, d member.Decision) (done bool, err error) {
	switch d.Do {
	case member.Found:
		return true, f.found(d)
	case member.Proceed:
		return true, f.proceed(d)
	case member.Refuse:
		return false, errors.New(d.Reason)
	case member.Join:
		if err := f.join(ctx); err != nil {
			f.log.Info("cluster: cannot join yet", "error", err)
		}
	}
	return false, nil
}

// found stores with whom the cluster begins, and then that it has begun.
func (f *formation) found(d member.Decision) error {
	if err := f.membership.found(d.Founders); err != nil {
		return err
	}
	var ids []string
	for _, founder := range d.Founders {
		ids = append(ids, founder.ID)
	}
	return f.membership.directory.Form(d.Cluster, d.Groups, ids)
}

func (f *formation) proceed(d member.Decision) error {
	if f.membership.directory.Identity().Cluster == d.Cluster {
		return nil
	}
	return f.membership.directory.Form(d.Cluster, d.Groups, nil)
}

// ask says hello to all peers at once and returns who answered.
func (f *formation) ask(ctx context.Context) map[string]member.Hello {
	if f.membership.directory.Identity().Cluster != "" {
		return nil // nothing is left to decide
	}
	ctx, cancel := context.WithTimeout(ctx, helloPatience)
	defer cancel()
	var mu sync.Mutex
	var asked sync.WaitGroup
	answers := make(map[string]member.Hello)
	for _, p := range f.peers {
		if p.ID == f.membership.identity().Node {
			continue
		}
		asked.Go(func() {
			answer, err := f.exchange(ctx, p.ID, methodHello)
			if err != nil {
				f.log.Debug("cluster: no answer to hello", "peer", p.ID, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers[p.ID] = answer
		})
	}
	asked.Wait()
	return answers
}

// join asks peers, one after the other, to note this node's disk in the roster.
func (f *formation) join(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, helloPatience)
	defer cancel()
	var errs []error
	for _, p := range f.peers {
		if p.ID == f.membership.identity().Node {
			continue
		}
		answer, err := f.exchange(ctx, p.ID, methodJoin)
		if err == nil && answer.Roster != nil {
			return f.membership.learn(*answer.Roster)
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("no member took it up: %w", errors.Join(errs...))
}

func (f *formation) exchange(ctx context.Context, peer string, m method) (member.Hello, error) {
	hello, err := f.hello().Encode()
	if err != nil {
		return member.Hello{}, err
	}
	answer, err := f.call(ctx, peer, m, hello)
	if err != nil {
		return member.Hello{}, err
	}
	return member.DecodeHello(answer)
}

// hello is what this node says of itself.
func (f *formation) hello() member.Hello {
	id := f.membership.directory.Identity()
	h := member.Hello{
		Node: id.NodeID, Address: f.address, Disk: id.Disk, Cluster: id.Cluster,
		Groups: id.Groups, Empty: !id.Begun, Peers: f.peers, Founders: f.membership.founders(),
	}
	if h.Groups == 0 {
		h.Groups = f.groups
	}
	if h.Groups == 0 {
		h.Groups = node.DefaultGroups()
	}
	if r := f.membership.roster(); r.Version > 0 {
		h.Roster = &r
	}
	return h
}
