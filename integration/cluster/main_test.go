package cluster

import (
	"testing"

	"ursula/integration/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }
