package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"

	"ursula/control/member"
	"ursula/control/place"
	"ursula/core/bucket"
	"ursula/core/bucket/peerbucket"
	"ursula/core/node"
	"ursula/infra/objecthttp"
)

// objects is the part of the cold store that this node serves to the others, and
// what brings it the rest.
type objects struct {
	local  bucket.Bucket
	client *objecthttp.Client
	server *objecthttp.Server
	mirror atomic.Pointer[peerbucket.Mirror] // nil until the node is open
}

func (o *objects) close() error {
	if o.server == nil {
		return nil
	}
	o.client.Close()
	return o.server.Close()
}

// shareObjects implements node.Cluster's Objects.
func (c *cluster) shareObjects(local bucket.Bucket) node.Objects {
	o := &c.objects
	o.local = local
	o.client = objecthttp.NewClient(objecthttp.ClientOptions{
		Dial: func(ctx context.Context, peer string) (net.Conn, error) {
			return c.links.Open(ctx, peer, serviceObjects)
		},
	})
	o.server = objecthttp.NewServer(objecthttp.ServerOptions{Bucket: local, Logger: c.log})
	go func() {
		if err := o.server.Serve(c.links.Service(serviceObjects)); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			c.log.Error("cluster: objects are not served to others any more", "error", err)
		}
	}()
	return peerbucket.New(peerbucket.Options{Local: local, Remote: o.client, Peers: c.voters, Logger: c.log})
}

func (c *cluster) mirrorObjects(n *node.Node) {
	c.objects.mirror.Store(peerbucket.NewMirror(peerbucket.MirrorOptions{
		Local: c.objects.local, Remote: c.objects.client, Peers: c.voters, Catalog: n, Logger: c.log,
		Pushed: func() bool { return !c.joins() },
	}))
}

// joins says that this node is on its way into the cluster: the others do not push
// objects to it yet.
func (c *cluster) joins() bool {
	m, _ := c.membership.roster().Find(c.config.NodeID)
	return m.State == member.Joining
}

// cold is how far this node's copies are. One that joins is not counted on before it
// has looked for everything that its state names; on others a change that was not
// looked at for a moment means nothing.
func (c *cluster) cold() place.Cold {
	m := c.objects.mirror.Load()
	if m == nil {
		return place.Cold{Unseen: int64(c.node.Groups())}
	}
	s := m.Stats()
	cold := place.Cold{Unseen: s.Unseen, Missing: s.Missing, Lost: s.Lost}
	if c.joins() {
		cold.Unseen = max(s.Unseen, s.Due)
	}
	return cold
}

// flushed implements node.Cluster's Flushed. Before there is a mirror nothing is
// missed: it begins with a look at everything.
func (c *cluster) flushed(prefix string) {
	if m := c.objects.mirror.Load(); m != nil {
		m.Kick(prefix)
	}
}

// founders names the others that the cluster began with.
func (c *cluster) founders() (ids []string) {
	for _, f := range c.membership.founders() {
		if f.ID != c.config.NodeID {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// voters names the other members that vote, or will have voted before they are
// counted on.
func (c *cluster) voters() (ids []string) {
	if c.membership.roster().Version == 0 {
		return c.founders()
	}
	for _, m := range c.membership.roster().Members {
		if m.ID != c.config.NodeID && m.State != member.Joining {
			ids = append(ids, m.ID)
		}
	}
	return ids
}
