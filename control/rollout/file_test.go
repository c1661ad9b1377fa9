package rollout_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"ursula/control/rollout"
	"ursula/core/vfs"
	"ursula/core/vfs/faultfs"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden file; it is another format then")

func example() rollout.Plan {
	p := rollout.New([]rollout.Node{{ID: "1", Admin: "http://127.0.0.1:4438", Boot: "b1"}}, "systemctl start ursula@{id}")
	p.Steps[0].Done = true
	return p
}

// The golden file is a plan as version 1 wrote it.
func TestTheGoldenPlanIsStillRead(t *testing.T) {
	const golden = "testdata/plan.v1.json"
	written := t.TempDir() + "/plan.json"
	save(t, vfs.OS{}, written, example())
	got, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != string(got) {
		t.Errorf("%v\ngot %s", err, got)
	}
	if p, err := rollout.Read(vfs.OS{}, golden); err != nil || !reflect.DeepEqual(p, example()) {
		t.Errorf("read %+v, %v", p, err)
	}
}

func save(t *testing.T, fs vfs.FS, path string, p rollout.Plan) {
	t.Helper()
	f, err := rollout.Open(fs, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Save(p), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNoPlanIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty":        ``,
		"later format": `{"format":2,"nodes":[{"id":"1"}]}`,
		"no nodes":     `{"format":1}`,
		"unknown verb": `{"format":1,"nodes":[{"id":"1"}],"steps":[{"node":"1","do":"dance"}]}`,
		"unknown node": `{"format":1,"nodes":[{"id":"1"}],"steps":[{"node":"2","do":"stop"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/plan.json"
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if p, err := rollout.Read(vfs.OS{}, path); !errors.Is(err, rollout.ErrFile) {
				t.Errorf("read %+v, %v", p, err)
			}
		})
	}
}

// After a power cut anywhere in Save the file holds one of the two plans.
func TestAPlanSurvivesAPowerCut(t *testing.T) {
	old, changed := example(), example()
	changed.Steps[1].Done = true
	for seed := range uint64(20) {
		disk := faultfs.New()
		save(t, disk, planFile, old)
		disk.Observe(func(op faultfs.Op, _ string) {
			p, err := rollout.Read(disk.CrashClone(rand.New(rand.NewPCG(seed, 0))), planFile)
			if err != nil || !reflect.DeepEqual(p, old) && !reflect.DeepEqual(p, changed) {
				t.Errorf("after %s: %+v, %v", op, p, err)
			}
		})
		save(t, disk, planFile, changed)
		disk.Observe(nil)
		if p, err := rollout.Read(disk.CrashClone(rand.New(rand.NewPCG(seed, 0))), planFile); err != nil || !reflect.DeepEqual(p, changed) {
			t.Errorf("saved: %+v, %v", p, err)
		}
	}
}
