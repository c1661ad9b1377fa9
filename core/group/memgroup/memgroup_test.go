package memgroup

import (
	"testing"

	"ursula/core/group"
	"ursula/core/group/grouptest"
)

func TestAcceptance(t *testing.T) {
	grouptest.Run(t, func(_ *testing.T, observer group.Observer) group.Engine { return New(observer) })
}
