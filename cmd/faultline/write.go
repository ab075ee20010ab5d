package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"

	"faultline/reports"
	"faultline/sim/result"
)

// prepare makes a folder, and tries whether a file can be made in it.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder %s: %s", dir, reason(err))
	}
	f, err := pending(filepath.Join(dir, "result.json"))
	if err == nil {
		err = f.Cleanup()
	}
	if err != nil {
		return fmt.Errorf("cannot write to %s: %s", dir, reason(err))
	}
	return nil
}

// prepareFile makes the folder of a file, and tries whether the file can be made.
func prepareFile(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("cannot write %s: it is a folder", path)
	}
	return prepare(filepath.Dir(path))
}

// pending is a file under a temporary name, in the folder of the final one.
func pending(path string) (*renameio.PendingFile, error) {
	return renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
}

// writeResult writes result.json and, if asked to, report.html into a folder.
// Each is written under another name, synced and renamed, so that nobody ever
// reads half of one. It returns their paths.
func writeResult(dir string, store *result.Store, report bool) ([]string, error) {
	files := []string{filepath.Join(dir, "result.json")}
	if err := writeFile(files[0], reports.JSON, store); err != nil {
		return nil, err
	}
	if report {
		files = append(files, filepath.Join(dir, "report.html"))
		if err := writeFile(files[1], reports.HTML, store); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func writeFile(path string, write reports.Write, store *result.Store) error {
	return writeAtomically(path, func(w io.Writer) error { return write(w, store, reports.Options{}) })
}

// writeAtomically writes a file under another name, syncs and renames it.
func writeAtomically(path string, write func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("cannot write %s: %s", path, reason(err))
		}
	}()
	f, err := pending(path)
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := write(f); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// reason is why the system refused, without the path of a temporary file.
func reason(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "no space left on the disk"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "no permission to write there"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of the path is a file, not a folder"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return err.Error()
}
