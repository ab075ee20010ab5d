package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestTheLimitsOfAllGroupsAboveAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []int64
	}{
		"version 2": {map[string]string{"proc/self/cgroup": "0::/user/app\n", "sys/fs/cgroup/user/app/memory.max": "max\n", "sys/fs/cgroup/user/memory.max": "536870912\n"}, []int64{0, 512 << 20, 0}},
		"version 1": {map[string]string{"proc/self/cgroup": "5:cpu,cpuacct:/a\n4:memory:/a\n", "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1048576\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, []int64{1 << 20, 9223372036854771712}},
		"the root":  {map[string]string{"proc/self/cgroup": "0::/\n"}, []int64{0}},
		"none":      {nil, nil},
	} {
		root := t.TempDir() + "/"
		for file, text := range c.files {
			if err := os.MkdirAll(filepath.Dir(root+file), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(root+file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got := groupLimits(root); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestWhatTheMachineHasLeft(t *testing.T) {
	file := filepath.Join(t.TempDir(), "meminfo")
	if err := os.WriteFile(file, []byte("MemTotal:       24684072 kB\nMemAvailable:   21000000 kB\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := available(file); got != 21_000_000<<10 {
		t.Errorf("%d", got)
	}
	if got := available(file + ".none"); got != 0 {
		t.Errorf("%d of a system that does not say", got)
	}
	if n := room(); runtime.GOOS == "linux" && n < 1<<20 {
		t.Errorf("%d bytes of room here", n)
	}
}
