package node

import "errors"

// claimAlone returns the directory that the caller claimed, or claims it for a
// node for itself.
func claimAlone(o *Options) (*Directory, error) {
	if o.Directory != nil {
		return o.Directory, nil
	}
	d, err := Claim(DirectoryOptions{FS: o.FS, Dir: o.Dir, NodeID: DefaultNodeID, Engine: o.Engine, Groups: o.Groups})
	if err != nil || d.Formed() {
		return d, err
	}
	groups := o.Groups
	if groups == 0 {
		groups = DefaultGroups()
	}
	if err := d.Form("", groups, []string{DefaultNodeID}); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// DefaultNodeID is the node id of a node for itself.
const DefaultNodeID = "1"
