package subscription

import (
	"context"
	"errors"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

// tail returns the stream under path as it is now; exists is false when clients
// cannot read it.
func (d *draft) tail(ctx context.Context, path string) (info stream.Info, exists bool, err error) {
	name, err := stream.MakeName(stream.DefaultBucket, path)
	if err != nil {
		return info, false, err
	}
	info, err = d.streams.Tail(ctx, name)
	if errors.Is(err, stream.ErrNotFound) || errors.Is(err, stream.ErrGone) {
		return stream.Info{}, false, nil
	}
	return info, err == nil, wrap("read tail", err)
}

// views returns every link beside its stream's tail. Links whose streams are
// gone or were replaced are staged to follow.
func (d *draft) views(ctx context.Context) ([]wake.View, error) {
	links, err := d.all(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]wake.View, 0, len(links))
	for _, link := range links {
		view, ok, err := d.view(ctx, link)
		if err != nil {
			return nil, err
		}
		if ok {
			views = append(views, view)
		}
	}
	return views, nil
}

// view does the same for one link; ok is false when it was dropped.
func (d *draft) view(ctx context.Context, link wake.Link) (view wake.View, ok bool, err error) {
	info, exists, err := d.tail(ctx, link.Path)
	if err != nil {
		return view, false, err
	}
	next, keep := link.Follow(info, exists, d.head.Config.Selects(link.Path))
	if !keep {
		d.drop(link.Path)
		return view, false, nil
	}
	if next != link {
		d.put(next)
	}
	return wake.View{Link: next, Tail: info.Tail}, true, nil
}

// discover links those of the paths that the pattern selects and that have no
// link yet: their streams are younger than the subscription, so everything in
// them is pending. Streams beyond the limit stay unlinked.
func (d *draft) discover(ctx context.Context, paths []string) error {
	for _, path := range paths {
		if !d.head.Config.Selects(path) {
			continue
		}
		if err := d.discoverOne(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) discoverOne(ctx context.Context, path string) error {
	_, known, err := d.link(ctx, path)
	if err != nil || known {
		return err
	}
	info, exists, err := d.tail(ctx, path)
	if err != nil || !exists {
		return err
	}
	return d.add(wake.LinkAtBase(path, false, info))
}
